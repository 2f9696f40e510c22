package strategies

import (
	"reflect"
	"testing"
	"time"
)

// Types whose structures are compared.
type (
	point  struct{ X, Y int }
	pixel  struct{ X, Y int } // the same under another name
	hidden struct {
		X, Y  int
		cache map[string]int
	}
	labelled struct {
		X int `json:"x"`
		Y int
	}
	tree  struct{ Left, Right *tree }
	shrub struct{ Left, Right *shrub }
	list  struct{ Next *list }
	even  struct{ Odd []odd }
	odd   struct{ Even map[string]even }
	loop  []loop
)

func TestStructure(t *testing.T) {
	_ = hidden{cache: nil}
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[int](), "int"},
		{reflect.TypeFor[time.Duration](), "int64"},
		{reflect.TypeFor[*[]string](), "*[]string"},
		{reflect.TypeFor[[3]uint8](), "[3]uint8"},
		{reflect.TypeFor[map[string][]float64](), "map[string][]float64"},
		{reflect.TypeFor[any](), "interface"},
		{reflect.TypeFor[struct{}](), "struct{}"},
		{reflect.TypeFor[point](), "struct{X int; Y int}"},
		{reflect.TypeFor[pixel](), "struct{X int; Y int}"},
		{reflect.TypeFor[hidden](), "struct{X int; Y int}"},
		{reflect.TypeFor[labelled](), `struct{X int "json:\"x\""; Y int}`},
		{reflect.TypeFor[tree](), "struct{Left *^1; Right *^1}"},
		{reflect.TypeFor[list](), "struct{Next *^1}"},
		{reflect.TypeFor[even](), "struct{Odd []struct{Even map[string]^1}}"},
		{reflect.TypeFor[loop](), "[]^1"},
		{reflect.TypeFor[[]tree](), "[]struct{Left *^1; Right *^1}"},
	} {
		if got := structure(c.typ); got != c.want {
			t.Errorf("%v: %s, want %s", c.typ, got, c.want)
		}
	}
}

func TestStructureIsWithoutNames(t *testing.T) {
	if a, b := structure(reflect.TypeFor[tree]()), structure(reflect.TypeFor[shrub]()); a != b {
		t.Errorf("the same under two names: %s and %s", a, b)
	}
	for _, other := range []reflect.Type{
		reflect.TypeFor[struct{ Y, X int }](),
		reflect.TypeFor[struct{ X int }](),
		reflect.TypeFor[struct {
			X int
			Y int64
		}](),
		reflect.TypeFor[*point](),
		reflect.TypeFor[labelled](),
	} {
		if a, b := structure(reflect.TypeFor[point]()), structure(other); a == b {
			t.Errorf("point and %v have the same structure, %s", other, a)
		}
	}
}
