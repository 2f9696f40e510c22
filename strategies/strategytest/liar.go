//go:build linux

package strategytest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/handoff-go/handoff/strategies/codec"
	"github.com/handoff-go/handoff/strategies/transport"
)

// liar is a worker process that keeps to the protocol, written down a second
// time from its description, but for one lie.
type liar struct {
	lie   lie
	run   uint64
	limit int
	hello map[string]any

	mu      sync.Mutex // one frame at a time
	control mouth
	data    *mouth // the same as control for pipe
	codec   codec.Codec
	decoder codec.Decoder
	held    []transport.Frame // chunks that a lie keeps back
}

// lie is what a liar does wrong; what is nil it does right.
type lie struct {
	start  func()                            // before it says anything
	aloof  bool                              // makes no connection for the chunks
	hello  func(hello map[string]any)        // changes what it says of itself
	answer func(l *liar, f *transport.Frame) // answers one chunk
}

// mouth is the sending half of a connection: what goes through a [transport.Stream]
// comes out as bytes, to be changed before they are written.
type mouth struct {
	stream *transport.Stream
	out    *bytes.Buffer
	w      io.Writer
}

func (l *liar) newMouth(w io.Writer) mouth {
	out := &bytes.Buffer{}
	return mouth{transport.NewStream(l.run, l.limit, nil, out), out, w}
}

// frame returns the bytes of a frame that counts as sent.
func (m *mouth) frame(f *transport.Frame) []byte {
	defer m.out.Reset()
	must(errors.Join(m.stream.Send(f), m.stream.Flush()))
	return bytes.Clone(m.out.Bytes())
}

func (m *mouth) write(b []byte) {
	_, err := m.w.Write(b)
	must(err)
}

// must ends the liar: its coordinator has had enough of it.
func must(err error) {
	if err != nil {
		os.Exit(1)
	}
}

// play is the life of a liar, on the descriptors that a worker inherits.
func (l *liar) play() {
	_, err := fmt.Sscanf(os.Getenv("HANDOFF_WORKER"), "%x:%d", &l.run, &l.limit)
	must(err)
	if l.lie.start != nil {
		l.lie.start()
	}
	control := transport.NewStream(l.run, l.limit, os.NewFile(3, "control in"), io.Discard)
	l.control = l.newMouth(os.NewFile(4, "control out"))
	l.data = &l.control
	var f transport.Frame
	must(control.Recv(&f))
	must(json.Unmarshal(f.Payload, &l.hello))
	if !l.lie.aloof {
		l.connect()
	}
	if l.lie.hello != nil {
		l.lie.hello(l.hello)
	}
	l.say(transport.Hello, 0, l.hello)
	l.listen(control)
}

// connect makes the codec and the connection for the chunks.
func (l *liar) connect() {
	l.codec, _ = codec.Lookup(l.hello["Codec"].(string))
	l.decoder = l.codec.NewDecoder()
	link := l.hello["Settings"].(map[string]any)["Link"].(map[string]any)
	text := func(key string) string { s, _ := link[key].(string); return s }
	switch l.hello["Transport"] {
	case "file":
		conn, err := transport.NewFile(transport.FileConfig{
			Run: l.run, Limit: l.limit, In: text("In"), Out: text("Out"), Poll: link["Poll"] == true,
		})
		must(err)
		l.speakThrough(conn, &fileDropper{dir: text("Out")})
	case "unix":
		end := os.NewFile(uintptr(link["Descriptors"].([]any)[0].(float64)), "unix socket")
		l.speakThrough(transport.NewStream(l.run, l.limit, end, io.Discard), end)
	case "shm":
		var files []*os.File
		for _, fd := range link["Descriptors"].([]any) {
			files = append(files, os.NewFile(uintptr(fd.(float64)), "shared memory"))
		}
		conn, err := transport.OpenShm(l.run, l.limit, files)
		must(err)
		l.speakThrough(conn, ringMouth{conn})
	case "tcp":
		end, err := net.Dial("tcp", text("Address"))
		must(err)
		_, err = io.WriteString(end, text("Token"))
		must(err)
		l.speakThrough(transport.NewStream(l.run, l.limit, end, io.Discard), end)
	}
}

// speakThrough makes conn and w the data connection.
func (l *liar) speakThrough(conn transport.Conn, w io.Writer) {
	data := l.newMouth(w)
	l.data = &data
	go l.listen(conn)
}

func (l *liar) listen(conn transport.Conn) {
	var f transport.Frame
	for {
		must(conn.Recv(&f))
		f.Payload = bytes.Clone(f.Payload) // it may be lent, and a lie may keep it
		l.hear(&f)
	}
}

// ringMouth sends frames through shared memory, whose framing is its own: so
// they must be good ones.
type ringMouth struct{ conn *transport.Shm }

func (m ringMouth) Write(b []byte) (n int, err error) {
	for err == nil && n < len(b) {
		f, size := parse(b[n:])
		err = m.conn.Send(&f)
		n += size
	}
	return n, errors.Join(err, m.conn.Flush())
}

// parse reads a good frame from the front of b.
func parse(b []byte) (f transport.Frame, size int) {
	le := binary.LittleEndian
	payload := transport.HeaderSize + int(le.Uint32(b[48:]))
	size = payload + int(le.Uint32(b[52:]))
	f.Header = transport.Header{
		Kind: transport.Kind(b[5]), Flags: transport.Flags(le.Uint16(b[6:])),
		Chunk: le.Uint64(b[24:]), First: le.Uint64(b[32:]), Count: le.Uint32(b[40:]), Attempt: le.Uint32(b[44:]),
	}
	f.Payload, f.Trailer = b[transport.HeaderSize:payload], b[payload:size]
	return f, size
}

func (l *liar) hear(f *transport.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch f.Header.Kind {
	case transport.Work:
		if l.lie.answer != nil {
			l.lie.answer(l, f)
		} else {
			l.data.write(l.data.frame(l.honest(f)))
		}
	case transport.Snapshot:
		l.say(transport.Snapshot, f.Header.Chunk, struct{}{})
	case transport.Stop:
		l.say(transport.Bye, 0, struct{}{})
		os.Exit(0)
	}
}

// say sends a frame of JSON on the control pair.
func (l *liar) say(kind transport.Kind, id uint64, v any) {
	payload, err := json.Marshal(v)
	must(err)
	l.control.write(l.control.frame(&transport.Frame{Header: transport.Header{Kind: kind, Chunk: id}, Payload: payload}))
}

// liarsMark is in every answer of a liar, so that it can be told from others.
const liarsMark = "by a liar"

// honest computes the answer to a chunk.
func (l *liar) honest(f *transport.Frame) *transport.Frame {
	return l.reply(f, l.items(f), 0)
}

func (l *liar) items(f *transport.Frame) (items []order) {
	if f.Header.Flags&transport.Reset != 0 {
		l.decoder = l.codec.NewDecoder()
	}
	must(l.decoder.Decode(f.Payload, &items))
	return items
}

// reply answers items, with some bits of each number flipped.
func (l *liar) reply(f *transport.Frame, items []order, bits int) *transport.Frame {
	replies := make([]reply, len(items))
	for i, o := range items {
		replies[i], _ = suffer(context.Background(), o)
		replies[i].N ^= bits
		replies[i].Text = liarsMark
	}
	nobodyFailed := []byte{0}
	payload, err := l.codec.NewEncoder().Encode(nobodyFailed, &replies)
	must(err)
	h := f.Header
	h.Kind, h.Flags = transport.Answer, transport.Batch|transport.Reset|transport.Last
	return &transport.Frame{Header: h, Payload: payload}
}

// fileDropper makes each Write a file, complete under its name at once.
type fileDropper struct {
	dir string
	n   int
}

func (d *fileDropper) Write(p []byte) (int, error) {
	aside := filepath.Join(d.dir, "aside")
	err := cmp.Or(os.WriteFile(aside, p, 0o600), os.Rename(aside, d.next()))
	return len(p), err
}

// next is the name of the next file.
func (d *fileDropper) next() string {
	name := filepath.Join(d.dir, fmt.Sprintf("%010d.frames", d.n))
	d.n++
	return name
}

// beWorker lets a worker process lie if its environment says so. It returns
// when the process is to be an honest worker.
func beWorker() {
	if os.Getenv(envPart) == "no-init" {
		leaveMark("copy")
		os.Exit(1)
	}
	name, when, _ := strings.Cut(os.Getenv(envLie), ":")
	if lie, ok := lies[name]; ok && itsTurn(when) {
		leaveMark(fmt.Sprintf("liar.%d", os.Getpid()))
		(&liar{lie: lie}).play()
	}
}

// itsTurn reports whether this is a process that lies: one only, or all, or
// all once there is a file "armed".
func itsTurn(when string) bool {
	dir := os.Getenv(envDir)
	switch when {
	case "once":
		return os.Mkdir(filepath.Join(dir, "lied"), 0o700) == nil
	case "armed":
		return seen(filepath.Join(dir, "armed"), 0)
	}
	return when == "always"
}

// leaveMark leaves a file for the test to see.
func leaveMark(name string) {
	must(os.WriteFile(filepath.Join(os.Getenv(envDir), name), nil, 0o600))
}
