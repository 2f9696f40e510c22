package factor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forget makes Answers look a work up again, as a new process would.
func forget(w Work) {
	known.Lock()
	defer known.Unlock()
	delete(known.digests, w.question())
}

func TestAnswersFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "digests.json")
	t.Setenv(DigestsVar, file)
	first := Work{Digits: 3, Items: 20, Seed: 11}
	second := Work{Digits: 4, Items: 20, Seed: 11}
	forget(first)
	forget(second)
	want, err := first.Answers()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Answers(); err != nil {
		t.Fatal(err)
	}
	digests, err := readDigests(file)
	if err != nil || len(digests) != 2 || digests["digits=3,numbers=random,items=20,seed=11"] != want {
		t.Errorf("the file holds %v (%v), want %s under the first question, and another", digests, err, want)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) != 0 {
		t.Errorf("left behind: %s", left)
	}

	// Another process believes the file.
	text := strings.ReplaceAll(readText(t, file), want, "from the file")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	forget(first)
	defer forget(first)
	if got, err := first.Answers(); got != "from the file" || err != nil {
		t.Errorf("got %q (%v), want what the file says", got, err)
	}

	// The same process does not ask again.
	t.Setenv(DigestsVar, "")
	if got, err := first.Answers(); got != "from the file" || err != nil {
		t.Errorf("got %q (%v), want what the file said", got, err)
	}
}

func TestAnswersBadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "digests.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(DigestsVar, file)
	_, err := Work{Digits: 3, Items: 21, Seed: 11}.Answers()
	if err == nil || !strings.Contains(err.Error(), file+": want a JSON object") {
		t.Errorf("a damaged file: error %v", err)
	}
	t.Setenv(DigestsVar, filepath.Join(file, "below"))
	if _, err := (Work{Digits: 3, Items: 22, Seed: 11}).Answers(); err == nil {
		t.Error("a file that cannot be: no error")
	}
}

func TestAnswersDependOnTheWork(t *testing.T) {
	base := Work{Digits: 3, Items: 30, Seed: 12}
	want, err := base.Answers()
	if err != nil {
		t.Fatal(err)
	}
	other := base
	other.Shape, other.Payload = "record", 100
	if got, _ := other.Answers(); got != want {
		t.Error("the answers depend on the shape")
	}
	other = base
	other.Seed++
	if got, _ := other.Answers(); got == want {
		t.Error("the answers do not depend on the seed")
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
