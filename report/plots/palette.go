package plots

import (
	"hash/fnv"
	"image/color"
)

// The greys of text and rules.
var (
	paper = rgb(0xFFFFFF)
	ink   = rgb(0x1F2328) // titles, numbers
	soft  = rgb(0x57606A) // subtitles, axis labels
	faint = rgb(0x6E7781) // footer, column heads
	rule  = rgb(0xD8DCE1) // grid lines
	shade = rgb(0xF3F4F6) // the side on which handing over loses
)

// strategyColors are Okabe–Ito hues, darkened until white text on them and
// they as text on white pass a contrast of 4.5:1.
var strategyColors = map[string]color.Color{
	"serial":             rgb(0x57606A),
	"goroutines":         rgb(0x0072B2), // blue
	"process-gob":        rgb(0x00805D), // bluish green
	"process-json":       rgb(0xC24A00), // vermilion
	"process-shm-binary": rgb(0x3B4BA3), // indigo
	"shared-file":        rgb(0x7F3F8F), // reddish purple

	"process-binary":    rgb(0x8A5F00), // orange
	"process-cbor":      rgb(0x24708F), // sky blue
	"process-msgpack":   rgb(0xA8336F), // pink
	"process-jsonv2":    rgb(0x6B6A00), // yellow
	"process-gob-fresh": rgb(0x5A4A3A), // brown
}

// spareColors are for strategies that are not in the table above.
var spareColors = []color.Color{
	rgb(0x9A3B26), // brick
	rgb(0x3F6B3A), // forest
	rgb(0x5B3FA0), // violet
	rgb(0x006D77), // teal
	rgb(0x6D4C41), // cocoa
}

// strategyColor returns a strategy's colour, the same in every picture: a
// spare one is chosen by the name, not by what else the picture holds.
func strategyColor(name string) color.Color {
	if c, ok := strategyColors[name]; ok {
		return c
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return spareColors[h.Sum32()%uint32(len(spareColors))]
}

// phaseColor is one phase: the fill of its part of a bar, the text on that
// fill, and its name's colour on paper.
type phaseColor struct{ fill, on, name color.Color }

// phaseColors are by the phase's name: compute is the dark neutral base,
// waiting pale; hue is kept for the costs under study.
var phaseColors = map[string]phaseColor{
	"compute":  {rgb(0x44546A), paper, rgb(0x44546A)},
	"encode":   {rgb(0xE69F00), ink, rgb(0x8A5F00)},
	"transfer": {rgb(0xE0691F), ink, rgb(0xB84A00)},
	"decode":   {rgb(0x56B4E9), ink, rgb(0x1B6CA8)},
	"wait":     {rgb(0xDDE0E4), ink, rgb(0x6E7781)},
	restPhase:  {rgb(0xF0F1F3), ink, rgb(0x6E7781)},
}

// restPhase is worker time that belongs to no phase.
const restPhase = "other"

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xFF}
}

// pale returns the colour for a band under a line.
func pale(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = 0x2C
	return n
}

// mixed returns the colour thinned with paper, for what is not clear. It is
// opaque, because tiles lie side by side.
func mixed(c color.Color) color.Color {
	const part = 0.38
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	thin := func(v uint8) uint8 { return uint8(part*float64(v) + (1-part)*255) }
	return color.NRGBA{thin(n.R), thin(n.G), thin(n.B), 0xFF}
}
