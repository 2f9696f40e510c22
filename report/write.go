package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/handoff-go/handoff/internal/wholefile"
	"github.com/handoff-go/handoff/report/record"
)

// Names of what a report writes into a run's folder.
const (
	summaryName  = "summary.md"
	pageName     = "index.html"
	plotsName    = "plots"
	profilesName = "profiles" // others write it; the page links to what is there
)

// Write writes summary.md, index.html and plots/ into the folder dir, which it
// makes if need be, and returns the paths written. Everything is rendered before the
// first byte is written, and all files are written aside before the first is renamed into
// its place, so that a failure leaves whole files. A file that is there and that handoff
// did not make, or that the report was made of, is an error, and nothing is written.
func (r *Report) Write(dir string) ([]string, error) {
	return r.WriteContext(context.Background(), dir)
}

// WriteContext is Write until the context ends: then nothing is written, or all is.
func (r *Report) WriteContext(ctx context.Context, dir string) ([]string, error) {
	files, err := r.render(dir)
	if err != nil {
		return nil, err
	}
	return writeFiles(ctx, dir, files, r.Run.Path)
}

// writeFiles writes files into dir and returns their paths; inputs are what was read.
func writeFiles(ctx context.Context, dir string, files []file, inputs ...string) (paths []string, err error) {
	all := make([]wholefile.File, len(files))
	for i, f := range files {
		all[i] = wholefile.File{Path: filepath.Join(dir, f.name), Data: f.data}
	}
	paths, err = wholefile.WriteOwn(ctx, all, inputs...)
	var own *wholefile.OwnError
	if err != nil && !errors.As(err, &own) && ctx.Err() == nil {
		err = fmt.Errorf("cannot write %w", record.Plain(err))
	}
	return paths, err
}

type file struct {
	name string
	data []byte
}

// render makes all files; dir is looked at for what the page can link to.
func (r *Report) render(dir string) ([]file, error) {
	svgs, err := r.svgs()
	if err != nil {
		return nil, err
	}
	page, err := r.page(svgs, r.filesBeside(dir)).render()
	if err != nil {
		return nil, err
	}
	files := []file{{summaryName, []byte(r.Markdown())}, {pageName, page}}
	for _, p := range r.Plots {
		drawn, err := p.files(svgs[p.Name])
		if err != nil {
			return nil, err
		}
		files = append(files, drawn...)
	}
	return files, nil
}

// files are the picture in both formats, of which one is there already.
func (p Plot) files(svg []byte) ([]file, error) {
	png, err := p.Picture.PNG()
	if err != nil {
		return nil, fmt.Errorf("plot %s: %w", p.Name, err)
	}
	base := filepath.Join(plotsName, p.Name)
	return []file{{base + ".png", png}, {base + ".svg", svg}}, nil
}

func (p Plot) svg() ([]byte, error) {
	svg, err := p.Picture.SVG()
	if err != nil {
		return nil, fmt.Errorf("plot %s: %w", p.Name, err)
	}
	return svg, nil
}

// svgs are the pictures by their names.
func (r *Report) svgs() (map[string][]byte, error) {
	svgs := map[string][]byte{}
	for _, p := range r.Plots {
		svg, err := p.svg()
		if err != nil {
			return nil, err
		}
		svgs[p.Name] = svg
	}
	return svgs, nil
}

// filesBeside are what the page can link to, with slashes, relative to dir: the
// summary, the samples where they are kept there, flame graphs, and timelines with
// their traces.
func (r *Report) filesBeside(dir string) []string {
	files := []string{summaryName}
	if sameFolder(filepath.Dir(r.Run.Path), dir) {
		files = append(files, filepath.Base(r.Run.Path))
	}
	for _, pattern := range []string{profilesName + "/flame-*.html", plotsName + "/timeline*.svg", profilesName + "/timeline*" + TraceSuffix} {
		// The pattern is well-formed, and nothing else is an error.
		found, _ := fs.Glob(os.DirFS(dir), pattern)
		files = append(files, found...)
	}
	return files
}

func sameFolder(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
