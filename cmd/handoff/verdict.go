package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/handoff-go/handoff/internal/wholefile"
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

// verdictFiles are what a comparison writes into its folder.
var verdictFiles = []string{"verdict.md", "verdict.json", filepath.Join("plots", "compare.png"), filepath.Join("plots", "compare.svg")}

// write puts the verdicts and their plot beside the samples, all of them or none; inputs
// are the files that were read.
func (c *comparing) write(ctx context.Context, t *verdict.Table, about verdict.About, dir string, inputs ...string) error {
	picture := plots.Compare(t, about)
	makers := []func() ([]byte, error){
		func() ([]byte, error) { return formats["markdown"](t, about, false) },
		func() ([]byte, error) { return formats["json"](t, about, false) },
		picture.PNG, picture.SVG,
	}
	var files []wholefile.File
	for i, make := range makers {
		data, err := make()
		if err != nil {
			return fmt.Errorf("%s: %w", verdictFiles[i], err)
		}
		files = append(files, wholefile.File{Path: filepath.Join(dir, verdictFiles[i]), Data: data})
	}
	if _, err := wholefile.WriteOwn(ctx, files, inputs...); err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "verdict.md, verdict.json and plots/compare.png are in %s\n", dir)
	return nil
}

// within puts a folder in front of names.
func within(dir string, names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}
