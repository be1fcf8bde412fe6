package rollup

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Cause is why a person came into a figure or left it.
type Cause string

// The causes. Those who come: new in the population, moved in, or began
// (work, for 在岗). Those who leave: died, left the population, moved out, or
// ended.
const (
	Began    Cause = "began"
	Entered  Cause = "entered"
	MovedIn  Cause = "moved_in"
	Ended    Cause = "ended"
	Died     Cause = "died"
	Gone     Cause = "gone"
	MovedOut Cause = "moved_out"
)

// Causes lists them: those who come first.
var Causes = []Cause{Began, Entered, MovedIn, Ended, Died, Gone, MovedOut}

// Split says into what parts a change is taken.
type Split string

// The splits. In a split other than by place, a member who changed the part
// left one as MovedOut and came to the other as MovedIn.
const (
	ByPlace   Split = "place"
	ByClass   Split = "class"   // where the work is: in the county, the province, beyond
	ByChannel Split = "channel" // how it was found
)

// Question asks what the change of a figure is made of.
type Question struct {
	Def      *indicator.Def
	At       region.Code
	Children []region.Code // the places below, for ByPlace; none for a village
	Month    calendar.Month
	Back     int // months: 1 against the month before (环比), 12 against the year before (同比)
	View     View
	By       Split
}

// Base is the month against which the change is measured.
func (q Question) Base() calendar.Month { return q.Month.Add(-q.Back) }

func (q Question) ok(scope region.Scope) bool {
	return scope.Contains(q.At) && q.Back > 0 && q.Def != nil
}

// Part is one child's share of a change: the sum over the parts is the whole
// change, and within a part the causes add up to it.
type Part struct {
	Region   region.Code
	Code     int // class or channel, where the split is not by place
	From, To int64
	By       map[Cause]int64    // people; those who left are positive here
	Channels map[int]ChannelNet // by channel of the work begun or ended
}

// Delta is the change of the part.
func (p *Part) Delta() int64 { return p.To - p.From }

// ChannelNet is who began and who ended in a channel.
type ChannelNet struct{ Began, Ended int64 }

// Main is the channel that moved the part most in the direction of its change.
func (p *Part) Main() (channel int, net int64) {
	for _, c := range slices.Sorted(keysOf(p.Channels)) {
		n := p.Channels[c].Began - p.Channels[c].Ended
		if p.Delta() < 0 && n < net || p.Delta() > 0 && n > net {
			channel, net = c, n
		}
	}
	return channel, net
}

func keysOf[V any](m map[int]V) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Explanation says what a figure's change is made of.
type Explanation struct {
	Whole Part
	Parts []Part // with people in one of the months, in the order given
	// People are those who came to the place's figure or left it, by cause.
	People map[Cause]*roaring.Bitmap
}
