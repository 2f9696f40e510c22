package bench

import "testing"

func TestTrimmed(t *testing.T) {
	for _, c := range []struct{ function, file, want string }{
		{"github.com/a/b/c.(*T).do.func1", "/home/me/b/c/t.go", "github.com/a/b/c/t.go"},
		{"github.com/a/b.Map[...].func2", "/home/me/b/map.go", "github.com/a/b/map.go"},
		{"runtime.mallocgc", "/usr/local/go/src/runtime/malloc.go", "runtime/malloc.go"},
		{"main.main", "C:/x/main.go", "main/main.go"},
		{"clone", "/build/glibc/clone.S", "clone.S"},
		{"worker", "", ""},
	} {
		if got := trimmed(c.function, c.file); got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.function, c.file, got, c.want)
		}
	}
}
