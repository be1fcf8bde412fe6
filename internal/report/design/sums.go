package design

// sums is what stands in SUM( ): cells and ranges, parted by commas.
func (p *parser) sums() (node, error) {
	var all node
	for {
		ref := reference.FindString(p.s[p.i:])
		if ref == "" {
			return nil, p.wrong()
		}
		p.i += len(ref)
		keys := []string{ref}
		if p.take(":") != 0 {
			to := reference.FindString(p.s[p.i:])
			if keys = between(ref, to); keys == nil {
				return nil, p.wrong()
			}
			p.i += len(to)
		}
		for _, k := range keys {
			if n := p.cell(k); all == nil {
				all = n
			} else {
				all = join('+', all, n)
			}
		}
		switch p.take(",)") {
		case ')':
			return all, nil
		case 0:
			return nil, p.wrong()
		}
	}
}

// maxRange is how many cells one SUM may read.
const maxRange = 200

// between lists the cells of a range: of lines D:F, 行7:行9, of cells D7:F9.
func between(from, to string) []string {
	a, aok := parseKey(from)
	b, bok := parseKey(to)
	if !aok || !bok || (a.row == 0) != (b.row == 0) || (a.col == 0) != (b.col == 0) || b.row < a.row || b.col < a.col ||
		(b.row-a.row+1)*(b.col-a.col+1) > maxRange {
		return nil
	}
	var out []string
	for r := a.row; r <= b.row; r++ {
		for c := a.col; c <= b.col; c++ {
			out = append(out, keyOf(r, c))
		}
	}
	return out
}
