package people

// OpenHistory opens a history cipher, for tests.
func (s *Store) OpenHistory(context string, c []byte) (string, error) {
	b, err := s.Box.Decrypt(context, c)
	return string(b), err
}
