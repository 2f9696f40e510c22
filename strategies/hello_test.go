package strategies

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/handoff-go/handoff/strategies/transport"
)

func TestDifferenceNamesBothValues(t *testing.T) {
	ours := identity{Version: 1, Build: "b", Task: "t", Codec: "gob", Transport: "pipe", Items: "int", Results: "string"}
	if d := ours.difference(ours); d != "" {
		t.Errorf("no difference is %q", d)
	}
	for want, change := range map[string]func(*identity){
		"protocol version: coordinator has 1, worker has 2":           func(i *identity) { i.Version = 2 },
		"task: coordinator has t, worker has u":                       func(i *identity) { i.Task = "u" },
		"codec: coordinator has gob, worker has json":                 func(i *identity) { i.Codec = "json" },
		"transport: coordinator has pipe, worker has file":            func(i *identity) { i.Transport = "file" },
		"type of the items: coordinator has int, worker has int64":    func(i *identity) { i.Items = "int64" },
		"type of the results: coordinator has string, worker has any": func(i *identity) { i.Results = "any" },
		"build: coordinator has b, worker has c":                      func(i *identity) { i.Build = "c" },
	} {
		theirs := ours
		change(&theirs)
		if got := ours.difference(theirs); got != want {
			t.Errorf("difference is %q, want %q", got, want)
		}
	}
}

// TestIdentityIsCompared fails when a field is added that nobody compares.
func TestIdentityIsCompared(t *testing.T) {
	typ := reflect.TypeFor[identity]()
	for i := range typ.NumField() {
		var a, b identity
		switch f := reflect.ValueOf(&b).Elem().Field(i); f.Kind() {
		case reflect.Int:
			f.SetInt(1)
		default:
			f.SetString("other")
		}
		if a.difference(b) == "" {
			t.Errorf("a difference in %s is not noticed", typ.Field(i).Name)
		}
	}
}

func TestIdentify(t *testing.T) {
	d := &definition{name: "draw", in: reflect.TypeFor[point](), out: reflect.TypeFor[[]int]()}
	want := identity{
		Version: transport.Version, Build: buildID(), Task: "draw", Codec: "gob", Transport: "pipe",
		Items: "struct{X int; Y int}", Results: "[]int",
	}
	if got := identify(d, "gob", "pipe"); got != want {
		t.Errorf("identity %+v, want %+v", got, want)
	}
	if want.Build == "" || want.Build == "unknown" {
		t.Errorf("the build of this program is %q", want.Build)
	}
}

func TestHelloCrosses(t *testing.T) {
	want := hello{
		identity: identity{Version: 1, Build: "b", Task: "t", Codec: "gob", Transport: "file", Items: "int", Results: "int"},
		Settings: settings{Phases: true, Limit: 5, Progress: 7, Setup: true, Recorder: 5,
			Link: linkSettings{Descriptors: []uintptr{6, 7}, Address: "a", Token: "k", Dir: "d", In: "i", Out: "o", Poll: true, Fsync: true}},
		Problem: "none",
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got hello
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v comes as %+v, %v", want, got, err)
	}
}

func TestHandshakeAlwaysFits(t *testing.T) {
	if got := connLimit(1024); got != 1<<20 {
		t.Errorf("a frame limit of 1 KiB gives connections one of %d", got)
	}
	if got := connLimit(8 << 20); got != 8<<20 {
		t.Errorf("a frame limit of 8 MiB gives connections one of %d", got)
	}
}
