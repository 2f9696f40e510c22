package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/handoff-go/handoff/report/plots"
	"github.com/handoff-go/handoff/report/verdict"
)

// formats are the ways of printing a table, by their names.
var formats = map[string]func(t *verdict.Table, about verdict.About, color bool) ([]byte, error){
	"text": func(t *verdict.Table, about verdict.About, color bool) ([]byte, error) {
		return []byte(t.Text(about, color)), nil
	},
	"markdown": func(t *verdict.Table, about verdict.About, _ bool) ([]byte, error) {
		return []byte(t.Markdown(about)), nil
	},
	"json": func(t *verdict.Table, about verdict.About, _ bool) ([]byte, error) { return t.JSON(about) },
}

// coloured tells whether w shows colours and nobody asked for none
// (https://no-color.org).
func coloured(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
}

// write puts the verdicts and their plot beside the samples.
func (c *comparing) write(t *verdict.Table, about verdict.About, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, format := range map[string]string{"verdict.md": "markdown", "verdict.json": "json"} {
		text, err := formats[format](t, about, false)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	if err := writePicture(plots.Compare(t, about), filepath.Join(dir, "plots", "compare")); err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "verdict.md, verdict.json and plots/compare.png are in %s\n", dir)
	return nil
}

// writePicture writes PATH.png and PATH.svg.
func writePicture(p *plots.Picture, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	for suffix, draw := range map[string]func() ([]byte, error){".png": p.PNG, ".svg": p.SVG} {
		data, err := draw()
		if err != nil {
			return fmt.Errorf("%s%s: %w", path, suffix, err)
		}
		if err := os.WriteFile(path+suffix, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
