package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// holds wants the folder to hold the one file, with this text.
func holds(t *testing.T, path, text string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("%s holds %q (error: %v), want %q", path, got, err, text)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside it are %v (error: %v)", entries, err)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, text := range []string{"old", "new"} {
		if err := WriteBytes(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		holds(t, path, text)
	}
	broken := errors.New("broken")
	err := Write(path, func(w io.Writer) error {
		io.WriteString(w, "half of it")
		return broken
	})
	if err != broken {
		t.Errorf("error %v", err)
	}
	holds(t, path, "new")
}

// Errors name the file that was wanted.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	file, folder := filepath.Join(dir, "file"), filepath.Join(dir, "folder")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.MkdirAll(filepath.Join(folder, "full"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "below"), folder} {
		err := WriteBytes(path, []byte("new"))
		var wrong *fs.PathError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "write "+path+": ") {
			t.Errorf("%s: error %v", path, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, error %v", entries, err)
	}
}
