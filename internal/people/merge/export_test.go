package merge

// Name and Person are for the tests, which read the tables by themselves.
func (t table) Name() string   { return t.name }
func (t table) Person() string { return t.person }

// JoinKinds is joinKinds.
var JoinKinds = joinKinds
