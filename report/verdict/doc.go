// Package verdict compares two sides, base and head, and says what can be
// trusted of the difference.
//
//  1. [Rows] pairs the samples of two recorded files, cell by cell; a sampler may
//     make rows itself. A row is one metric of one cell, on both sides.
//  2. [Judge] estimates each row's ratio from its pairs: Hodges–Lehmann, with the
//     exact interval and p of the signed-rank test. Rounds cancel what disturbs
//     both sides alike.
//  3. Holm's correction over the rows of a metric, then one of four verdicts. A
//     difference counts if it is significant and the interval lies beyond both the
//     threshold and the machine's noise floor.
//  4. The [Gate] says which rows may fail a build. A moved canary voids all that takes time.
//  5. [Table.Text], [Table.Markdown] and [Table.JSON] show the table; package
//     plots draws it.
//
// A sampler that writes the two files gives both the same mark "# run: …" and each sample
// its "# round: …"; a pair that it takes again follows in the file with the same round. "# pressure: …"
// tells which of them counts, see [record.PressedShare]; without, it is the last one.
//
// Nothing here measures or draws. Ratios are head ÷ base; differences, thresholds
// and floors are parts (0.02 is 2 %).
package verdict
