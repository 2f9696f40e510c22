package strategies

import (
	"context"
	"fmt"
	"os"

	"github.com/handoff-go/handoff/strategies/transport"
)

// linkSettings is how a worker makes its end of the connection for the chunks.
// Which fields count depends on the transport.
type linkSettings struct {
	Descriptors []uintptr // inherited

	Address, Token string // tcp

	Dir     string // file: of the run
	In, Out string // file: the worker's directories
	Poll    bool
	Fsync   bool
}

// offer is the coordinator's end of a connection for the chunks, before the
// worker has made its own.
type offer struct {
	link   transport.Link // nil where it must be accepted first
	accept *transport.Listener
	theirs []*os.File // that the worker inherits
}

// offerLink makes our end, and tells the worker how to make its. The zero offer
// is that of pipe: there the control pair carries the chunks.
func (pr *process) offerLink(set *linkSettings) (o offer, err error) {
	p := pr.core
	run, limit := p.home.run, connLimit(p.spec.frameLimit())
	switch p.row.transport {
	case "unix":
		return inherit(transport.NewUnix(run, limit))
	case "shm":
		return inherit(transport.NewShm(run, limit))
	case "tcp":
		if o.accept, err = transport.ListenTCP(); err == nil {
			set.Address, set.Token = o.accept.Address(), o.accept.Token()
		}
	case "file":
		o.link, err = pr.offerFile(set)
	}
	return o, err
}

func inherit[L transport.Link](near L, theirs []*os.File, err error) (offer, error) {
	if err != nil {
		return offer{}, err
	}
	return offer{link: near, theirs: theirs}, nil
}

// withdraw closes what was made for a worker that did not start.
func (o offer) withdraw() {
	if o.link != nil {
		o.link.Close()
	}
	o.end()
}

// end closes what has served its purpose once the worker has its end.
func (o offer) end() {
	if o.accept != nil {
		o.accept.Close()
	}
}

// join makes the link, if there is one, the data connection: the worker has made
// its end.
func (pr *process) join(ctx context.Context, o offer) error {
	if o.accept != nil {
		link, err := o.accept.Accept(ctx, pr.core.home.run, connLimit(pr.core.spec.frameLimit()))
		if err != nil {
			return err
		}
		pr.link = link
	}
	if pr.data = pr.control; pr.link != nil {
		pr.data = pr.link
	}
	if l, ok := pr.link.(transport.Lender); ok {
		pr.out.lender = l
	}
	return nil
}

// connect makes the worker's end. Its control pair is there.
func (w *worker) connect(run uint64, name string) (err error) {
	set, limit := w.settings.Link, connLimit(w.settings.Limit)
	w.data = w.control
	switch name {
	case "pipe":
		return nil
	case "unix":
		w.data = transport.OpenUnix(run, limit, inheritedAll(set.Descriptors))
		return nil
	case "shm":
		w.data, err = transport.OpenShm(run, limit, inheritedAll(set.Descriptors))
		return err
	case "tcp":
		w.data, err = transport.DialTCP(run, limit, set.Address, set.Token)
		return err
	case "file":
		return w.openFile(run, limit)
	}
	return fmt.Errorf("transport %q is not known", name)
}

func inheritedAll(descriptors []uintptr) (files []*os.File) {
	for _, fd := range descriptors {
		files = append(files, inherited(fd, fmt.Sprintf("descriptor %d", fd)))
	}
	return files
}
