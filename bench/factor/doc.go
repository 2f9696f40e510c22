// Package factor is the work that handoff measures with: the prime factors of
// seeded random numbers, by trial division.
//
//  1. A [Work] says which numbers, how many, and in which data structure
//     ([Shape]) they are exchanged. [Inputs] makes the numbers from its seed.
//  2. A [Shape] turns numbers into the items of a task, and results back into
//     factors. Every shape has the same work and the same answers, so that
//     what differs in time is what the structure costs to hand over.
//  3. A [Digest] of the answers says whether they are right. [Work.Answers]
//     is the digest of the right ones; they are checked by their property
//     (the product is the input, the factors are prime and ascending), once.
//
// The tasks are defined at package level, so that a program that imports this
// package and calls strategies.Init has them in its worker processes too.
package factor
