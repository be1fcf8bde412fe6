package transfer

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
)

// maxTied bounds what is checked again beside a fix. A file whose rows hang
// together more than that is checked as a whole.
const maxTied = 20_000

// tied answers the rows whose outcome an act may change: those that share a key
// with a changed row, and so on, as the rows were before and as they are after.
// ok is false where the whole file has to be checked.
func (d *desk) tied(changed []int, before, after *overlay) (rows []int, ok bool, err error) {
	if d.links == nil {
		return nil, false, nil
	}
	loose, err := d.loose(before, after)
	if err != nil {
		return nil, false, err
	}
	own := map[int][]uint64{} // keys of rows that an act has changed
	for hash, at := range loose {
		for _, row := range at {
			own[row] = append(own[row], hash)
		}
	}
	seen, asked := map[int]bool{}, map[uint64]bool{}
	work := slices.Clone(changed)
	for _, row := range changed {
		seen[row] = true
	}
	reach := func(row int) {
		if !seen[row] {
			seen[row] = true
			work = append(work, row)
		}
	}
	for len(work) > 0 {
		if len(seen) > maxTied {
			return nil, false, nil
		}
		batch := work
		work = nil
		slices.Sort(batch)
		read, err := d.read(batch, nil)
		if err != nil {
			return nil, false, err
		}
		for i := range read {
			keys := own[batch[i]]
			file, err := d.links(read[i].Row)
			if err != nil {
				return nil, false, err
			}
			for _, key := range file {
				keys = append(keys, maphash.String(tieSeed, key))
			}
			for _, h := range keys {
				if asked[h] {
					continue
				}
				asked[h] = true
				for _, row := range d.sharing(h) {
					reach(int(row.row))
				}
				for _, row := range loose[h] {
					reach(row)
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen)), len(seen) <= maxTied, nil
}

// sharing are the rows of the file that have a key.
func (d *desk) sharing(hash uint64) []tie {
	from, ok := slices.BinarySearchFunc(d.ties, hash, func(t tie, h uint64) int { return cmp.Compare(t.hash, h) })
	if !ok {
		return nil
	}
	to := from
	for to < len(d.ties) && d.ties[to].hash == hash {
		to++
	}
	return d.ties[from:to]
}

// loose are the keys that rows have by acts, not by the file.
func (d *desk) loose(overs ...*overlay) (map[uint64][]int, error) {
	out := map[uint64][]int{}
	for _, over := range overs {
		var rows []int
		for k, h := range over.rows {
			if at, ok := d.find(k); ok && len(h.cells) > 0 {
				rows = append(rows, at)
			}
		}
		slices.Sort(rows)
		read, err := d.read(rows, over)
		if err != nil {
			return nil, err
		}
		for i := range read {
			keys, err := d.links(read[i].Row)
			if err != nil {
				return nil, err
			}
			for _, key := range keys {
				h := maphash.String(tieSeed, key)
				if !slices.Contains(out[h], rows[i]) {
					out[h] = append(out[h], rows[i])
				}
			}
		}
	}
	return out, nil
}
