package plots

import (
	"image/color"
	"math"
	"testing"
)

// contrast is WCAG's ratio of relative luminances, from 1 to 21.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		x := float64(v) / 0xFFFF
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

const readable = 4.5

func TestContrast(t *testing.T) {
	if got := contrast(color.White, color.Black); math.Abs(got-21) > 0.01 {
		t.Fatalf("black on white: %g, want 21", got)
	}
	for name, c := range strategyColors {
		if got := contrast(c, paper); got < readable {
			t.Errorf("strategy %s on paper: %.2f, want %g", name, got, readable)
		}
	}
	for i, c := range spareColors {
		if got := contrast(c, paper); got < readable {
			t.Errorf("spare colour %d on paper: %.2f, want %g", i, got, readable)
		}
	}
	for name, c := range phaseColors {
		if got := contrast(c.fill, c.on); got < readable {
			t.Errorf("number on phase %s: %.2f, want %g", name, got, readable)
		}
		if got := contrast(c.name, paper); got < readable {
			t.Errorf("name of phase %s on paper: %.2f, want %g", name, got, readable)
		}
	}
	for name, c := range map[string]color.Color{"ink": ink, "soft": soft, "faint": faint} {
		if got := min(contrast(c, paper), contrast(c, shade)); got < 4.1 || contrast(c, paper) < readable {
			t.Errorf("%s: %.2f on shade, %.2f on paper", name, got, contrast(c, paper))
		}
	}
}

func TestStrategyColorIsFixed(t *testing.T) {
	if strategyColor("process-cbor") != strategyColor("process-cbor") {
		t.Error("an unknown strategy changes its colour")
	}
	seen := map[color.Color]string{}
	for name, c := range strategyColors {
		if other, ok := seen[c]; ok {
			t.Errorf("%s and %s share a colour", name, other)
		}
		seen[c] = name
	}
	for _, c := range spareColors {
		if name, ok := seen[c]; ok {
			t.Errorf("a spare colour is that of %s", name)
		}
	}
}
