package wholefile

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func smallPNG(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// own files of each format, as they are rendered.
func rendered(t *testing.T, dir string) []File {
	return []File{
		{filepath.Join(dir, "summary.md"), []byte("# a\n")},
		{filepath.Join(dir, "index.html"), []byte("\n\n<!doctype html>\n<html></html>\n")},
		{filepath.Join(dir, "plots", "a.svg"), []byte("<?xml version=\"1.0\"?>\n<svg></svg>\n")},
		{filepath.Join(dir, "plots", "a.png"), smallPNG(t)},
		{filepath.Join(dir, "verdict.json"), []byte("{\n  \"made_by\": \"handoff\"\n}\n")},
		{filepath.Join(dir, "selfcheck.txt"), []byte("a table\n")},
	}
}

// What was written is written over; without its mark it is somebody's, and nothing at all
// is written.
func TestWriteOwn(t *testing.T) {
	dir := t.TempDir()
	files := rendered(t, dir)
	for range 2 {
		if paths, err := WriteOwn(t.Context(), files); err != nil || len(paths) != len(files) {
			t.Fatalf("%v, %v", paths, err)
		}
	}
	for _, f := range files {
		foreign := f.Data
		if filepath.Ext(f.Path) == ".json" {
			foreign = []byte(`{"name": "mine"}`)
		}
		keep, err := os.ReadFile(f.Path)
		if err != nil || bytes.Equal(keep, foreign) {
			t.Fatalf("%s has no mark (%v)", f.Path, err)
		}
		refused(t, dir, files, f.Path, foreign, "was not made by handoff")
		if err := os.WriteFile(f.Path, keep, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if marked := Mark("a.png", smallPNG(t)); !bytes.Contains(marked, []byte("made by handoff")) {
		t.Error("the PNG says nothing")
	} else if _, err := png.Decode(bytes.NewReader(marked)); err != nil {
		t.Error(err)
	}
}

// refused puts something at a place and wants nothing to be written anywhere.
func refused(t *testing.T, dir string, files []File, path string, foreign []byte, why string) {
	t.Helper()
	if err := os.WriteFile(path, foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	changed := append([]File(nil), files...)
	for i := range changed {
		changed[i].Data = append([]byte("new\n"), changed[i].Data...)
	}
	_, err := WriteOwn(t.Context(), changed)
	var own *OwnError
	if !errors.As(err, &own) || own.Path != path || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "-o DIR") {
		t.Errorf("%s: error %v", path, err)
	}
	for _, f := range files {
		got, err := os.ReadFile(f.Path)
		if err != nil || bytes.HasPrefix(got, []byte("new\n")) || f.Path == path && !bytes.Equal(got, foreign) {
			t.Errorf("%s was written over (%v)", f.Path, err)
		}
	}
	nothingAside(t, dir)
}

func nothingAside(t *testing.T, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || strings.HasPrefix(filepath.Base(path), ".") {
			t.Errorf("left aside: %s (%v)", path, err)
		}
		return nil
	})
}

// Neither links nor folders are written over, nor what was read, by whichever name.
func TestCheckRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	mine := Mark("x.md", []byte("mine"))
	err := errors.Join(os.WriteFile(at("target.md"), mine, 0o600), os.Symlink(at("target.md"), at("link.md")),
		os.Symlink(at("nowhere"), at("dangling.md")), os.Mkdir(at("folder.md"), 0o700),
		os.WriteFile(at("input.md"), mine, 0o600), os.Link(at("input.md"), at("hard.md")))
	if err != nil {
		t.Fatal(err)
	}
	for name, why := range map[string]string{
		"link.md": "symbolic link", "dangling.md": "symbolic link", "folder.md": "is a folder", "input.md": "is what was read", "hard.md": "is what was read",
	} {
		err := Check([]string{at(name)}, at("input.md"))
		if err == nil || !strings.Contains(err.Error(), why) || !strings.HasPrefix(err.Error(), at(name)+" ") {
			t.Errorf("%s: error %v, want %q", name, err, why)
		}
	}
	if err := Check([]string{at("target.md"), at("new.md"), at("new/new.md")}, at("input.md")); err != nil {
		t.Errorf("what may be written: %v", err)
	}
}

// Runs that were recorded before there were marks can be reported again: their files are
// known by what they hold, and others of the same names are not.
func TestMadeBefore(t *testing.T) {
	old := 0
	for _, pattern := range []string{"baseline/*.*", "baseline/plots/*", "baseline/profiles/*", "baseline/verdict/verdict.*", "baseline/verdict/plots/*", "peers/*.*", "peers/plots/*"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "results", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if name := filepath.Base(path); name == "bench.txt" || strings.HasPrefix(name, "flame-") && filepath.Ext(path) == ".png" {
				continue // samples, and what a browser drew
			}
			old++
			if made, err := Made(path); err != nil || !made {
				t.Errorf("%s: made %v, error %v", path, made, err)
			}
		}
	}
	if old < 30 {
		t.Errorf("%d recorded files, want at least 30", old)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"summary.md": "# My results\n\n- machine: mine\n", "index.html": "<!doctype html>\n<title>handoff</title>\n",
		"bench.txt": "BenchmarkX 1 1 ns/op\n", "a.svg": "<?xml version=\"1.0\"?>\n<svg width=\"576pt\"></svg>\n", "package.json": `{"version": 1, "name": "x"}`,
		"verdict.md": "## pass: all of it\n", "a.cpu.pb.gz": "\x1f\x8b", "plain": "x",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if made, err := Made(path); err != nil || made {
			t.Errorf("somebody's %s: made %v, error %v", name, made, err)
		}
	}
}

// An interrupt before all is whole leaves what was there, and nothing aside.
func TestWriteOwnInterrupted(t *testing.T) {
	dir := t.TempDir()
	files := rendered(t, dir)
	if _, err := WriteOwn(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(files[0].Path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	files[0].Data = []byte("# new\n")
	if _, err := WriteOwn(ctx, files); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if after, _ := os.ReadFile(files[0].Path); !bytes.Equal(before, after) {
		t.Errorf("written after all: %q", after)
	}
	nothingAside(t, dir)
}

// A disk that is full, or a folder that takes no files, leaves all files as they were.
func TestWriteOwnFails(t *testing.T) {
	dir := t.TempDir()
	files := rendered(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "plots"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteOwn(t.Context(), files); err == nil {
		t.Error("no error with a file in place of the folder")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, error %v", entries, err)
	}
}

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := errors.Join(Room(filepath.Join(dir, "new", "floors.json")), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Error(err)
	}
	for _, path := range []string{dir, filepath.Join(file, "floors.json"), os.DevNull} {
		if err := Room(path); err == nil {
			t.Errorf("there is room at %s", path)
		}
	}
	nothingAside(t, dir)
}
