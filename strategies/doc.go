// Package strategies runs a function over many items by interchangeable
// strategies: one after the other, by goroutines, or by worker processes that
// are copies of this program and get their items through pipes or files. All
// give the same answers; what they cost is another matter, and measured.
//
// How it works:
//
//  1. [Define] gives a function a name, so that a worker process finds it.
//  2. [Init], the first line of main, turns a copy of the program into a worker.
//  3. [Parse] reads a [Spec]: which strategy, how many workers, what chunks.
//  4. [Open] starts the workers; each is ready before Open returns.
//  5. [Pool.Map] cuts the items into chunks when they are sent. A chunk is
//     encoded, framed and sent; the worker decodes, computes, encodes and
//     sends; the coordinator decodes into fresh memory and stores the results.
//  6. A worker has a window of chunks outstanding, so that it never waits for
//     the coordinator to notice an answer. Chunk and window follow what the
//     worker reports about its work, unless the Spec says otherwise.
//  7. A worker that dies is noticed at once. What it had answered is used; the
//     rest is done again by the others and its replacement: the item at which it
//     was by itself.
//  8. [Pool.Stats] says where the time went, in both processes.
//  9. [Pool.Close] leaves nothing behind.
//
// A whole program:
//
//	var Double = strategies.Define("double", func(_ context.Context, n int) (int, error) {
//		return 2 * n, nil
//	})
//
//	func main() {
//		strategies.Init()
//		pool, err := strategies.Open(context.Background(), Double, strategies.MustParse("process-gob,workers=4"))
//		if err != nil {
//			log.Fatal(err)
//		}
//		defer pool.Close()
//		fmt.Println(pool.Map(context.Background(), []int{1, 2, 3}))
//	}
//
// What each strategy costs per item beyond the computing, in order of
// magnitude, when items are small and many:
//
//	serial              nothing
//	goroutines          about a hundred nanoseconds
//	process-gob         some hundred nanoseconds in full chunks, microseconds one by one
//	process-json        two to three times that; process-jsonv2 likewise
//	process-cbor        somewhat more than process-gob; process-msgpack more again
//	process-binary      less than process-gob, for types that it carries
//	process-shm-binary  about a hundred nanoseconds in full chunks, half of process-gob one by one
//	process-unix-gob    as process-gob; process-tcp-gob somewhat more
//	shared-file         as process-gob, and some hundred microseconds a chunk for the files
//
// Every transport (pipe, which names leave out, unix, tcp, shm) goes with every
// codec (gob, json, binary, cbor, msgpack, jsonv2), and shared-file, which leaves
// out gob, too: [Names].
package strategies
