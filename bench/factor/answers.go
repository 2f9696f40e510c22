package factor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/handoff-go/handoff/internal/wholefile"
)

// DigestsVar names the environment variable that names a file with digests of
// right answers, a JSON object by question. The processes of one run share it,
// so that the answers are computed once a run; without it, once a process.
const DigestsVar = "HANDOFF_DIGESTS"

// known are the digests that this process has looked up or computed.
var known = struct {
	sync.Mutex
	digests map[string]string
}{digests: map[string]string{}}

// Answers returns the digest of the right answers to w, which must be valid.
// Where nobody knows it yet it computes them in this goroutine and checks their
// property. It may be called concurrently; one caller computes at a time.
func (w Work) Answers() (string, error) {
	known.Lock()
	defer known.Unlock()
	question, file := w.question(), os.Getenv(DigestsVar)
	if d, ok := known.digests[question]; ok {
		return d, nil
	}
	shared, err := readDigests(file)
	if err != nil {
		return "", err
	}
	d, ok := shared[question]
	if !ok {
		if d, err = solve(w); err != nil {
			return "", err
		}
		if err := addDigest(file, question, d); err != nil {
			return "", err
		}
	}
	known.digests[question] = d
	return d, nil
}

// solve computes the answers, checks them, and returns their digest.
func solve(w Work) (string, error) {
	numbers := Inputs(w)
	answers := make([][]uint64, len(numbers))
	for i, n := range numbers {
		answers[i] = Factorize(n)
	}
	if err := Verify(numbers, answers); err != nil {
		return "", err
	}
	return Digest(answers, Number.Factors), nil
}

// readDigests returns what the file holds; no file, or no name, holds nothing.
func readDigests(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("factor: read the digests of %s: %w", DigestsVar, err)
	}
	var digests map[string]string
	if err := json.Unmarshal(text, &digests); err != nil {
		return nil, fmt.Errorf("factor: %s=%s: want a JSON object of strings: %w", DigestsVar, file, err)
	}
	return digests, nil
}

// addDigest adds a digest to the file: written aside and renamed, so that no
// reader sees half of it. Of two processes at once one may undo the other's
// addition; it will be computed again, and nothing else is lost.
func addDigest(file, question, digest string) error {
	if file == "" {
		return nil
	}
	digests, err := readDigests(file)
	if err != nil {
		return err
	}
	if digests == nil {
		digests = map[string]string{}
	}
	digests[question] = digest
	text, err := json.MarshalIndent(digests, "", "\t")
	if err != nil {
		return err
	}
	if err := wholefile.WriteBytes(file, append(text, '\n')); err != nil {
		return fmt.Errorf("factor: write the digests of %s: %w", DigestsVar, err)
	}
	return nil
}
