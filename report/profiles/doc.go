// Package profiles reads what "handoff profile", or bench.Run with
// HANDOFF_PROFILE, has written, and says what is in it.
//
//  1. [Open] reads a folder: of each cell a CPU profile of all its processes, a
//     profile of allocations, and the lanes' stopwatches.
//  2. [Cell.Shares] says how the CPU time splits into phases, with the sampling
//     error; the parts sum to the whole.
//  3. [Cell.Witnesses] holds the profile against the stopwatches.
//  4. [Cell.Top] names the functions in which a phase is spent.
//  5. [Flame] and [FlameDiff] draw flame graphs, each one file that loads nothing.
//
// It reads files only, in the format of github.com/google/pprof; which labels
// and comments they have is documented at bench.Profile.
package profiles
