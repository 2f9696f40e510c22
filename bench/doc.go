// Package bench measures what strategies cost, as Go benchmarks.
//
//  1. [Run] measures one cell: one task by one [strategies.Spec] over some
//     items. It opens the pool, warms it up, times Map with testing.B.Loop,
//     takes [strategies.Stats] before and after, checks the answers, and
//     reports what was spent per item. It is all that a reader needs for a
//     function of their own.
//  2. [Name] makes the name of a cell from the spec in force, and Run fails
//     when the name says something else: a label cannot drift from what ran.
//  3. [WriteUnits] prints what the units mean, for benchstat and the report.
//  4. [Profile] takes one CPU profile of all processes, in runs of its own; with
//     [ProfileVar] set, Run does so for each cell after it was timed.
//  5. The benchmarks of handoff itself are in the test files, one question a
//     file, each a literal table of cells.
//
// A benchmark of one's own, in a package with strategies.Init in its TestMain:
//
//	func BenchmarkResize(b *testing.B) {
//		for _, text := range []string{"serial", "goroutines,workers=2", "process-gob,workers=2"} {
//			spec := strategies.MustParse(text)
//			b.Run(bench.Name(spec), func(b *testing.B) {
//				bench.Run(b, Resize, spec, pictures, nil)
//			})
//		}
//	}
package bench
