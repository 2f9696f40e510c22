package plots

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
)

// nameFonts gives the font's name company. Arial has the widths of Liberation
// Sans, so places that were computed with the one hold for the other.
func nameFonts(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans, Arial, sans-serif;"))
}

var textElement = regexp.MustCompile(`(?s)<text ([^>]*?font-weight:(\w+);[^>]*?font-size:([0-9.]+)px[^>]*)>([^<]*)</text>`)

// fixWidths says of every text how wide it is. A viewer that has neither font
// then squeezes its own into that width, instead of letting titles run off the
// page and labels into each other.
func fixWidths(svg []byte) []byte {
	return textElement.ReplaceAllFunc(svg, func(element []byte) []byte {
		m := textElement.FindSubmatch(element)
		size, err := strconv.ParseFloat(string(m[3]), 64)
		if err != nil {
			return element
		}
		p := pen{size: size, bold: string(m[2]) == "bold"}
		width := p.width(html.UnescapeString(string(m[4])))
		return fmt.Appendf(nil, `<text textLength="%.2f" lengthAdjust="spacingAndGlyphs" %s>%s</text>`, width, m[1], m[4])
	})
}
