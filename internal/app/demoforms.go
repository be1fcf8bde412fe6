package app

import "context"

// scaledTarget makes the copy of the city's target that the sample's progress
// is measured against.
func (d *demo) scaledTarget(ctx context.Context) error { return nil }

// forms computes both annexes of the city.
func (d *demo) forms(ctx context.Context) error { return nil }
