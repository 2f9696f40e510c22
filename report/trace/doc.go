// Package trace reads a recorded trace: what every lane of a pool did when. A
// trace is a file in the Trace Event Format, which Perfetto and chrome://tracing
// open; strategies.Trace writes it, and this package reads nothing else.
//
//  1. [Read] reads the events and holds them against the format: every span has
//     its end, every track its name, every arrow both of its ends, and a lane is
//     in one phase at a time. What does not hold is an error that names the event.
//  2. [NewTimeline] takes the part of the run in which there was work, sums up
//     what each lane did in it, and chooses a stretch that can be read.
//  3. [Timeline.Title] puts the finding into words, by rule.
//
// Package plots draws a [Timeline]. Times are nanoseconds since the pool was
// opened, on the coordinator's clock.
package trace
