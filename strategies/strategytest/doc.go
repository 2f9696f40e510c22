// Package strategytest holds what every strategy, codec and transport must do:
// one suite that runs the same checks over each of them.
//
// It is used from a test of the package that has the strategies to check:
//
//  1. TestMain calls strategies.Init first, so that the test binary can be a
//     worker process. The tasks of the suite are defined in this package, and
//     so both processes have them.
//  2. One test calls [Run], for all of [Specs] or for those it names.
//
// Each check opens its own pool, has a deadline, and is followed by a search
// for what it left behind: child processes, descriptors, goroutines, files.
// The checks must not run in parallel with other tests, because these are
// counted for the whole process.
package strategytest
