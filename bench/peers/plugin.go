package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// Environment of a plugin process. The depth is the one of package strategies:
// whatever has it above 0 starts no processes.
const (
	pluginVar = "HANDOFF_PEER_PLUGIN"
	depthVar  = "HANDOFF_DEPTH"
)

// ErrInside refuses to start processes from a process that was started itself,
// so that a mistake cannot become a fork storm.
var ErrInside = errors.New("peers: a worker or plugin process starts no others")

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "HANDOFF_PEER_COOKIE", MagicCookieValue: "factor"}

// plugins has both protocols under the one name that each side asks for.
const dispensed = "factor"

func plugins(protocol plugin.Protocol) plugin.PluginSet {
	if protocol == plugin.ProtocolGRPC {
		return plugin.PluginSet{dispensed: grpcPlugin{}}
	}
	return plugin.PluginSet{dispensed: netrpcPlugin{}}
}

// factorizer is a plugin as its host calls it, concurrently.
type factorizer interface {
	one(n uint64) ([]uint64, error)
	many(numbers []uint64) ([][]uint64, error)
}

// ServePlugin makes the program able to be its own plugin, as strategies.Init
// makes it its own worker. Call it first in TestMain: in a plugin process it
// serves and never returns.
func ServePlugin() {
	protocol := plugin.Protocol(os.Getenv(pluginVar))
	if protocol == "" {
		return
	}
	go endWithParent(os.Getppid())
	config := &plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins(protocol), Logger: hclog.NewNullLogger()}
	if protocol == plugin.ProtocolGRPC {
		config.GRPCServer = plugin.DefaultGRPCServer
	}
	plugin.Serve(config)
	os.Exit(0)
}

// endWithParent ends this process when its host was killed: go-plugin leaves it
// running. Looking once a second costs nothing that can be measured.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(1)
}

// pluginPool is one plugin process a worker.
type pluginPool struct {
	clients []*plugin.Client
	workers []factorizer
	chunk   int
	window  int
}

func openNetRPC(_ context.Context, p Peer) (Pool, error) {
	return openPlugins(p, plugin.ProtocolNetRPC)
}

func openGRPC(_ context.Context, p Peer) (Pool, error) {
	return openPlugins(p, plugin.ProtocolGRPC)
}

func openPlugins(p Peer, protocol plugin.Protocol) (Pool, error) {
	if depth() > 0 {
		return nil, ErrInside
	}
	pool := &pluginPool{}
	var err error
	if pool.chunk, err = strconv.Atoi(p.Chunk); err != nil {
		return nil, err
	}
	if pool.window, err = strconv.Atoi(p.Window); err != nil {
		return nil, err
	}
	for range Workers {
		if err := pool.start(protocol); err != nil {
			return nil, errors.Join(fmt.Errorf("peers: start plugin: %w", err), pool.end())
		}
	}
	return &mapped{factorize: pool.factorize, end: pool.end}, nil
}

func depth() int {
	n, _ := strconv.Atoi(os.Getenv(depthVar))
	return n
}

// start runs this program once more, as a plugin. Like our workers it gets its
// share of the CPUs as GOMAXPROCS; with all of them a call takes a third longer.
func (p *pluginPool) start(protocol plugin.Protocol) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), pluginVar+"="+string(protocol), depthVar+"="+strconv.Itoa(depth()+1),
		"GOMAXPROCS="+strconv.Itoa(max(1, runtime.NumCPU()/Workers)))
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugins(protocol), Cmd: cmd, SkipHostEnv: true, // it is in Cmd
		AllowedProtocols: []plugin.Protocol{protocol}, Logger: hclog.NewNullLogger(),
	})
	p.clients = append(p.clients, client)
	connection, err := client.Client()
	if err != nil {
		return err
	}
	raw, err := connection.Dispense(dispensed)
	if err != nil {
		return err
	}
	p.workers = append(p.workers, raw.(factorizer))
	return nil
}

// end stops the plugins side by side: each is asked, and killed after 2 s.
func (p *pluginPool) end() error {
	var left sync.WaitGroup
	for _, c := range p.clients {
		left.Go(c.Kill)
	}
	left.Wait()
	return nil
}

// factorize has window callers for each plugin; each takes the next chunk
// whenever its call has come back.
func (p *pluginPool) factorize(numbers []uint64) ([][]uint64, error) {
	results := make([][]uint64, len(numbers))
	errs := make([]error, len(p.workers)*p.window)
	var next atomic.Int64
	var left sync.WaitGroup
	for i := range errs {
		left.Go(func() { errs[i] = p.call(p.workers[i%len(p.workers)], &next, numbers, results) })
	}
	left.Wait()
	return results, errors.Join(errs...)
}

func (p *pluginPool) call(worker factorizer, next *atomic.Int64, numbers []uint64, results [][]uint64) error {
	for {
		to := int(next.Add(int64(p.chunk)))
		from := to - p.chunk
		if from >= len(numbers) {
			return nil
		}
		if p.chunk == 1 {
			var err error
			if results[from], err = worker.one(numbers[from]); err != nil {
				return err
			}
			continue
		}
		chunk := numbers[from:min(to, len(numbers))]
		answers, err := worker.many(chunk)
		if err == nil && len(answers) != len(chunk) {
			err = fmt.Errorf("peers: %d answers for %d numbers", len(answers), len(chunk))
		}
		if err != nil {
			return err
		}
		copy(results[from:], answers)
	}
}
