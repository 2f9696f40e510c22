package runner

import (
	"os"
	"strconv"
	"strings"
)

// pressureFile is a variable for tests, whose machine is not always quiet.
var pressureFile = "/proc/pressure/cpu"

// cpuPressure is for how many microseconds since boot some task has waited for
// a CPU, or -1 where the system does not say.
func cpuPressure() int64 {
	text, err := os.ReadFile(pressureFile)
	if err != nil {
		return -1
	}
	return parsePressure(string(text))
}

// parsePressure reads the line "some avg10=0.00 avg60=0.12 avg300=0.05 total=12345".
func parsePressure(text string) int64 {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "some" {
			continue
		}
		total, _ := strings.CutPrefix(fields[len(fields)-1], "total=")
		if n, err := strconv.ParseInt(total, 10, 64); err == nil && n >= 0 {
			return n
		}
	}
	return -1
}
