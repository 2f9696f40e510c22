// Package runner takes samples of benchmarks and records them.
//
// One sample is one measurement of one cell by one fresh process: repeats
// inside a process share its memory layout, its heap and its luck, and are not
// independent. What [Run] does, in order:
//
//  1. Build: the packages' test binaries, once (go test -c).
//  2. List: the binary is run once with HANDOFF_LIST=1. A benchmark that knows
//     the variable prints "# cell: NAME" and skips itself; one that does not is
//     run once and found by its result line. Behind one that ends the process, the
//     listing goes on.
//  3. Rounds: every cell once a round, each in a process of its own, in an
//     order shuffled by the run's seed. Neighbours change from round to round,
//     so that a slow minute of the machine does not fall on one cell.
//  4. Record: what the process prints is appended to bench.txt, in the Go
//     benchmark format, a whole sample or nothing.
//
// [Compare] does the same on two sides, base and head: git revisions, which are
// built in worktrees, or test binaries. A worktree is completed with what git does
// not put there and the checkout has: submodules, ignored files, data of Git LFS; what
// cannot be had is refused. Each turn takes a sample of a cell on
// either side, one right after the other, in random order; both go into the files
// base.txt and head.txt, or neither. How often a cell's loop runs is found out
// once and is the same for all its samples. When all rounds are done, turns during
// which other programs kept the CPUs busy are taken again: their round then has
// two samples of the cell in either file, of which the last one counts. To what
// a process printed, a comparison adds its CPU time by iterations, cpu-ns/op.
//
// # The file
//
// A run is a folder with one file, bench.txt; a comparison has two. Config lines ("key: value") hold
// what must be equal for a fair comparison: goos, goarch, pkg, cpu, suite, and
// whatever the benchmarks print themselves, such as the seed of their inputs.
// All else is a comment line ("# key: value"), which benchstat skips: run,
// command, commit, dirty, go, date, kernel, and so on for the run; round and
// pressure for the sample that follows. The marks binary, bench, benchtime,
// shuffle, rounds and cells are the plan, from which a run is resumed; side,
// revision, test-binary, flags and env say what a side of a comparison is.
//
// The file always ends with a benchmark line. So what follows the last whole
// benchmark line was left by an interruption, and is cut off before a run goes
// on.
//
// # Processes
//
// A sample runs in the package's directory, as under go test, with a temporary
// directory of the run's own, which is removed at the end, and with
// HANDOFF_DIGESTS naming a file in it, so that right answers are computed once
// a run. Where the system has process groups, a sample that is interrupted or
// too slow is killed with all it started, and so it is, on Linux, if the runner itself is
// killed. A cell whose sample fails is measured no further; the others are.
//
// While a run lives, its folder is locked, and another run is refused there. What a
// run leaves that was killed (its temporary directory, worktrees that git knows,
// processes) the next one on the machine takes away.
package runner
