package peers

import (
	_ "embed"
	"strings"
)

// goMod has the versions that are built in: the build information of a test
// binary does not.
//
//go:embed go.mod
var goMod string

// named are the modules of the peers, by the words that a report shows.
var named = []struct{ name, module string }{
	{"ants", "github.com/panjf2000/ants/v2"},
	{"pond", "github.com/alitto/pond/v2"},
	{"conc", "github.com/sourcegraph/conc"},
	{"errgroup", "golang.org/x/sync"},
	{"go-plugin", "github.com/hashicorp/go-plugin"},
	{"grpc", "google.golang.org/grpc"},
}

// Versions names the peers with their versions, for a line of the record:
// "ants v2.12.1, …, python3 3.11.7". Of a peer that is missing it says why.
func Versions() string {
	var all []string
	for _, n := range named {
		all = append(all, n.name+" "+moduleVersion(n.module))
	}
	version, err := pythonVersion()
	if err != nil {
		version = "missing (" + err.Error() + ")"
	}
	return strings.Join(append(all, python+" "+version), ", ")
}

// moduleVersion is the version that go.mod requires, "" where it does not.
func moduleVersion(module string) string {
	for line := range strings.Lines(goMod) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == module {
			return words[1]
		}
	}
	return ""
}
