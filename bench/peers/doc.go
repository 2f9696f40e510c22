// Package peers measures what a Go program, or a Python one, would take where
// handoff was not at hand: other people's pools, on the numbers of package
// factor, their answers checked. It is a module of its own, so that what it
// depends on stays out of the library.
//
//  1. A [Peer] is a row of the literal table: whose pool, how many items it is
//     given at a time, how many calls it has in flight.
//  2. [Peer.Open] makes it ready: processes started, handshakes over. A Pool
//     is loaded with numbers, runs over them, and gives its answers.
//  3. BenchmarkPeers measures peers and handoff's own strategies side by side,
//     under names of one form, one cell by one fresh process:
//     "handoff run -C bench/peers -pkg . -bench Peers".
//
// What is equal for all: the numbers, two workers, that answers are kept in the
// order of the items and checked, and that starting, warming up and checking
// are not timed. What is not: Python computes in Python, so its rows hold more
// computing than the others (compute-ns/item says how much).
//
// A peer that this machine does not have is left out, and [Versions] says so.
// Its row is missing, and nothing fails.
package peers
