package strategies

import (
	"slices"
	"testing"

	"github.com/handoff-go/handoff/strategies/codec"
)

func TestCommitLeavesGapsForFailures(t *testing.T) {
	for _, failed := range [][]int{nil, {0}, {2}, {4}, {0, 1, 4}, {0, 1, 2, 3, 4}} {
		c := &cargo[int, int]{items: make([]int, 5), results: []int{-1, -1, -1, -1, -1}}
		values := &cargo[int, int]{}
		var gaps []failure
		want := []int{-1, -1, -1, -1, -1}
		for i := range 5 {
			if slices.Contains(failed, i) {
				gaps = append(gaps, failure{index: i})
				continue
			}
			want[i] = 10 * i
			values.results = append(values.results, 10*i)
		}
		c.commit(values, gaps)
		if !slices.Equal(c.results, want) {
			t.Errorf("without %v: %v, want %v", failed, c.results, want)
		}
	}
}

func TestResultsCrossPacked(t *testing.T) {
	for _, name := range []string{"gob", "json"} {
		c, _ := codec.Lookup(name)
		for _, gaps := range [][]failure{nil, {{index: 1}}, {{index: 0}, {index: 2}}} {
			from := &cargo[int, string]{results: []string{"a", "b", "c"}}
			src, err := from.encodeResults(c.NewEncoder(), nil, gaps)
			if err != nil {
				t.Fatal(err)
			}
			values := from.empty()
			n, err := values.decodeResults(&message{decoder: c.NewDecoder(), bytes: src, count: 3 - len(gaps)})
			if err != nil || n != 3-len(gaps) {
				t.Fatalf("%s: %d values without %d, %v", name, n, len(gaps), err)
			}
			into := &cargo[int, string]{results: make([]string, 3)}
			into.commit(values, gaps)
			for i, want := range []string{"a", "b", "c"} {
				failed := slices.ContainsFunc(gaps, func(f failure) bool { return f.index == i })
				if got := into.results[i]; got != want && !failed || got != "" && failed {
					t.Errorf("%s without %v: result %d is %q", name, gaps, i, got)
				}
			}
		}
	}
}

func TestOneResultCrosses(t *testing.T) {
	c, _ := codec.Lookup("gob")
	from := &cargo[int, string]{results: []string{"a", "b", "c"}}
	src, err := from.encodeResult(c.NewEncoder(), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	value := from.empty()
	n, err := value.decodeResults(&message{decoder: c.NewDecoder(), bytes: src, count: 1})
	if err != nil || n != 1 {
		t.Fatalf("%d values, %v", n, err)
	}
	into := &cargo[int, string]{results: make([]string, 3)}
	into.commitOne(2, value)
	if !slices.Equal(into.results, []string{"", "", "b"}) {
		t.Errorf("results %q, want the third to be b", into.results)
	}
}

func TestSplitSharesTheCallersMemory(t *testing.T) {
	c := &cargo[int, int]{items: []int{1, 2, 3, 4}, results: make([]int, 4)}
	head, tail := c.split(1)
	if head.len() != 1 || tail.len() != 3 {
		t.Fatalf("split into %d and %d items", head.len(), tail.len())
	}
	head.commit(&cargo[int, int]{results: []int{10}}, nil)
	tail.commit(&cargo[int, int]{results: []int{20, 30, 40}}, nil)
	if !slices.Equal(c.results, []int{10, 20, 30, 40}) {
		t.Errorf("results %v", c.results)
	}
	h := head.(*cargo[int, int])
	_ = append(h.items, 99)
	_ = append(h.results, 99)
	if c.items[1] != 2 || c.results[1] != 20 {
		t.Error("what is appended to the head overwrites the tail")
	}
}

func TestPrivateCopyIsCleared(t *testing.T) {
	big := &cargo[*int, *int]{items: []*int{new(int), new(int), new(int)}, results: make([]*int, 3)}
	private := big.copyItems(nil).(*cargo[*int, *int])
	private.results[0], private.results[2] = new(int), new(int)
	small := &cargo[*int, *int]{items: []*int{new(int)}, results: make([]*int, 1)}
	private = small.copyItems(private).(*cargo[*int, *int])
	if private.len() != 1 || private.items[0] != small.items[0] || private.results[0] != nil {
		t.Errorf("the copy has %d items and the result %v", private.len(), private.results[0])
	}
	for i, p := range private.items[:3][1:] {
		if p != nil {
			t.Errorf("item %d of the chunk before is still held", i+1)
		}
	}
	private.items[0] = nil
	if small.items[0] == nil {
		t.Error("the copy is not private")
	}
}

func TestDecodedItemsHaveRoomForResults(t *testing.T) {
	c, _ := codec.Lookup("json")
	l := &cargo[int, int]{results: []int{7, 7, 7, 7}}
	for _, items := range [][]int{{1, 2, 3}, {1}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		src, err := (&cargo[int, int]{items: items}).encodeItems(c.NewEncoder(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.decodeItems(&message{decoder: c.NewDecoder(), bytes: src, count: len(items)}); err != nil || !slices.Equal(l.items, items) {
			t.Fatalf("%v comes as %v, %v", items, l.items, err)
		}
		if len(l.results) != len(items) || slices.ContainsFunc(l.results, func(n int) bool { return n != 0 }) {
			t.Errorf("for %d items there are the results %v", len(items), l.results)
		}
		for i := range l.results {
			l.results[i] = 7
		}
	}
	if err := l.decodeItems(&message{decoder: c.NewDecoder(), bytes: []byte("{"), count: 1}); err == nil || len(l.items) != 0 {
		t.Errorf("what cannot be read: error %v, items %v", err, l.items)
	}
}
