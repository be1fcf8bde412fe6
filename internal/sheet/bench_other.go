//go:build !unix

package sheet

// CPUSeconds is the processor time that this process has used; unknown here.
func CPUSeconds() float64 { return 0 }
