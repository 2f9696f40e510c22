package strategies

// The rule for automatic chunks and windows. What a chunk of n items costs is
//
//	n·(item + bytes·(1 + n·bytes/cache)) + frame
//
// and so an item costs least where frame/n, which falls, meets what large frames
// cost in caches and what large chunks cost at the end, when one worker has the
// last and the others have nothing: both rise. The sum is flat around its
// least value, within 2 % over a factor of four, and a frame costs 20 to 75 µs
// of CPU when the other side has gone to sleep; with all the switches that it
// causes in three processes on two CPUs, 250 µs were seen. So:
//
//   - a chunk grows until it is chunkSpan of work (frames: 1 to 3 %), or
//     chunkBytes or chunkItems (caches, and the collector: the values of 2048 small
//     items fit the memory that is kept to decode into; 4096 of them took 1.2 times as
//     long, each);
//   - it starts at one item, because nothing is known of them, and grows by
//     growth from answer to answer, in windows of minWindow, so that no great
//     number of small frames is under way before the size is right;
//   - the window is windowSpan of the worker's own measured work, in at least
//     minWindow chunks: it never waits for the coordinator to notice an answer,
//     and what was sent, and cannot be taken back, is little;
//   - near the end each chunk is a part of what is left, so that all workers
//     end together, but not less than tailSpan, where shrinking gains less than
//     its frames cost.
//
// TestAutoAgainstFixedChunks plays that against the best fixed chunk.
const (
	windowSpan   = 2_000_000 // ns
	chunkSpan    = 4_000_000 // ns
	tailSpan     = chunkSpan / 32
	claimSpan    = 50_000 // ns of a chunk in process, where one costs about 0.1 µs
	growth       = 8
	minWindow    = 2
	maxWindow    = 1024
	windowBytes  = 4 << 20 // outstanding each way; a larger chunk travels alone
	chunkBytes   = 512 << 10
	chunkItems   = 2048
	paceMemory   = 8 // weight of the past in the averages
	unknownBytes = 16
)

// pace is what is known of how fast a worker works, and the sizes that follow.
type pace struct {
	claims bool    // in process
	item   float64 // ns of work per item, 0 before the first report
	sent   float64 // encoded bytes per item
	got    float64 // encoded bytes per result
	chunk  int     // items in a chunk so far allowed
	open   int     // items answered since the last report of work, which worked takes
}

// worked takes a report of work done on the items answered since the last.
func (p *pace) worked(ns int64) {
	if p.open == 0 {
		return
	}
	p.item = average(p.item, float64(ns)/float64(p.open), p.open)
	p.open = 0
}

// average moves old towards seen, the faster the more items seen speaks for.
func average(old, seen float64, items int) float64 {
	if old == 0 {
		return seen
	}
	weight := float64(min(items, paceMemory)) / (2 * paceMemory)
	return old + weight*(seen-old)
}

// grow lets auto's chunk grow with the answer to a chunk of n items.
func (p *pace) grow(n int) {
	if p.item > 0 {
		p.chunk = max(1, min(p.enough(), max(p.chunk, growth*n)))
	}
}

// enough is how many items make a chunk of full size.
func (p *pace) enough() int { return max(1, int(p.span()/max(p.item, 1))) }

// span is how much work a chunk may be.
func (p *pace) span() float64 {
	if p.claims {
		return claimSpan
	}
	return chunkSpan
}

// chunkSize is how many items the next chunk should have, at most. left is how
// many items are still to be sent, or -1 if that is not known: near the end
// chunks shrink, so that all workers end together.
func (p *pace) chunkSize(spec *Spec, left int) int {
	if spec.Chunk > 0 {
		return spec.Chunk
	}
	n := max(1, p.chunk)
	n = min(n, p.fitting())
	if left >= 0 {
		n = min(n, max(share(left, 2*spec.Workers), min(p.least(), share(left, spec.Workers))))
	}
	return max(1, n)
}

// fitting is how many items fit into a chunk, however little work they are.
func (p *pace) fitting() int {
	if per := max(p.sent, p.got); per > 0 {
		return max(1, min(chunkItems, int(chunkBytes/per)))
	}
	return chunkItems
}

// share is an equal part of n items, rounded up.
func share(n, parts int) int { return (n + parts - 1) / parts }

// least is the chunk below which shrinking gains less than its frame costs.
func (p *pace) least() int {
	if p.item == 0 {
		return 1
	}
	return int(tailSpan / max(p.item, 1))
}

// window is how many chunks of n items the worker may have outstanding.
func (p *pace) window(spec *Spec, n int) int {
	if spec.Window > 0 {
		return spec.Window
	}
	if p.item == 0 || (spec.Chunk == 0 && p.chunk < min(p.enough(), p.fitting())) {
		return minWindow // until chunks have grown
	}
	return int(min(max(windowSpan/(p.item*float64(n)), minWindow), maxWindow))
}

// fits reports whether a chunk of n more items may be outstanding beside the
// items that are, which took bytes to send: in either direction, by what items
// and results have weighed so far.
func (p *pace) fits(bytes, items, n int) bool {
	// Chunks that were cut and not yet sent have no size of their own.
	out := max(float64(bytes), p.sent*float64(items))
	return out+max(p.sent, unknownBytes)*float64(n) <= windowBytes &&
		p.got*float64(items+n) <= windowBytes
}

// weighed takes the encoded size of n items, or of n results.
func weighed(per *float64, bytes, n int) {
	if n > 0 {
		*per = average(*per, float64(bytes)/float64(n), n)
	}
}
