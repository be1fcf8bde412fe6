//go:build unix

package sheet

import "syscall"

// CPUSeconds is the processor time that this process has used, in user and
// kernel; elsewhere than on Unix it is 0.
func CPUSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	sec := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return sec(u.Utime) + sec(u.Stime)
}
