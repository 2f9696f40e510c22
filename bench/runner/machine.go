package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mark is a comment line "# key: value".
type mark struct{ key, value string }

func (m mark) String() string { return "# " + m.key + ": " + m.value }

// HostClass names the kind of machine, as in run folders: linux-amd64-2cpu.
func HostClass() string {
	return fmt.Sprintf("%s-%s-%dcpu", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// surroundings describes the sources, the tools and the machine that samples
// are taken with. What the machine does not say is left out.
func surroundings(ctx context.Context, b *built, now time.Time) []mark {
	marks := []mark{{"commit", fmt.Sprintf("%.12s", b.commit)}, {"dirty", "false"}}
	if b.commit == "" {
		marks = revision(ctx, cmp.Or(b.checkout, b.dir))
	}
	marks = append(marks, tools(ctx, b.dir)...)
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG"} {
		marks = append(marks, mark{name, os.Getenv(name)})
	}
	marks = append(marks,
		mark{"date", now.UTC().Format(time.RFC3339)},
		mark{"kernel", firstLine("/proc/sys/kernel/osrelease")},
		mark{"governor", firstLine(governorFile)},
		mark{"cpus", strconv.Itoa(runtime.NumCPU())},
		mark{"unavailable", unavailable("/")},
	)
	return known(marks)
}

const governorFile = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"

// unavailable names what explains a strange sample and this machine does not tell,
// so that nobody takes its silence for an answer. Virtual machines tell none of it.
func unavailable(root string) string {
	var missing []string
	for _, m := range [][2]string{
		{"instruction counters", "/sys/bus/event_source/devices/cpu*"},
		{"temperature", "/sys/class/thermal/thermal_zone*/temp"},
		{"clock governor", governorFile},
	} {
		if found, _ := filepath.Glob(filepath.Join(root, m[1])); len(found) == 0 {
			missing = append(missing, m[0])
		}
	}
	return strings.Join(missing, ", ")
}

// revision is the state of the sources in dir, as git has it.
func revision(ctx context.Context, dir string) []mark {
	commit, err := git(ctx, dir, "rev-parse", "--short=12", "--verify", "HEAD")
	if err != nil {
		return nil
	}
	changes, err := git(ctx, dir, "status", "--porcelain")
	if err != nil {
		return []mark{{"commit", commit}}
	}
	return []mark{{"commit", commit}, {"dirty", strconv.FormatBool(changes != "")}}
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := gitBytes(ctx, dir, args...)
	return strings.TrimSpace(string(out)), err
}

// gitBytes is git for lists of paths, which may begin and end with blanks.
func gitBytes(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := tool(ctx, "git", append([]string{"--no-optional-locks", "-C", dir}, args...)...)
	cmd.Env = append(withoutGit(cmd.Env), "GIT_TERMINAL_PROMPT=0")
	return outputOf(ctx, cmd)
}

// ofRepository are the variables by which git, where it runs a hook, leads all git
// commands to one repository and its index: a tree of ours would be read into that.
var ofRepository = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_NAMESPACE",
}

// withoutGit is an environment in which git goes by the directory alone.
func withoutGit(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(ofRepository, name)
	})
}

// tools is the Go version and the experiments that the binary was built with.
func tools(ctx context.Context, dir string) []mark {
	out, err := goCommand(ctx, dir, "env", "-json", "GOVERSION", "GOEXPERIMENT")
	if err != nil {
		return nil
	}
	var env struct{ GOVERSION, GOEXPERIMENT string }
	if json.Unmarshal(out, &env) != nil {
		return nil
	}
	return []mark{{"go", env.GOVERSION}, {"GOEXPERIMENT", env.GOEXPERIMENT}}
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// known leaves out what has no value.
func known(marks []mark) []mark {
	var out []mark
	for _, m := range marks {
		if m.value != "" {
			out = append(out, m)
		}
	}
	return out
}
