package plots

import (
	"strings"
	"testing"
)

func TestConditions(t *testing.T) {
	for name, p := range pictures(t, "../testdata/run") {
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		conditions := p.Conditions()
		words := strings.Fields(conditions)
		if len(words) < 4 || !strings.Contains(string(svg), strings.Join(words[:4], " ")) {
			t.Errorf("%s: conditions %q are not in the picture", name, conditions)
		}
		if again, err := p.SVG(); err != nil || string(again) != string(svg) {
			t.Errorf("%s: drawn a second time it is another picture (%v)", name, err)
		}
		if width, height := p.Size(); width != pageWidth || height < 100 {
			t.Errorf("%s: size %g x %g", name, width, height)
		}
	}
}
