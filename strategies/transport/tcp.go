package transport

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Listener waits for one worker to connect by TCP.
type Listener struct {
	listener *net.TCPListener
	token    string
}

// ListenTCP listens on a free port of the loopback interface. The caller closes
// the listener.
func ListenTCP() (*Listener, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("listen on the loopback interface: %w", err)
	}
	return &Listener{l, rand.Text()}, nil
}

// Address is what [DialTCP] connects to, and Token what it must show: anybody
// on this machine can connect to a port, so the worker is told the token by
// another way.
func (l *Listener) Address() string { return l.listener.Addr().String() }

// Token is a secret of this listener.
func (l *Listener) Token() string { return l.token }

// Close stops listening.
func (l *Listener) Close() error { return l.listener.Close() }

// Accept waits for whoever shows the token, until ctx ends, and returns the
// coordinator's end of a connection of the pool run. Others are turned away.
func (l *Listener) Accept(ctx context.Context, run uint64, limit int) (*Socket, error) {
	defer context.AfterFunc(ctx, func() { l.listener.Close() })()
	for {
		conn, err := l.listener.AcceptTCP()
		if err != nil {
			return nil, errors.Join(context.Cause(ctx), err)
		}
		if l.admits(conn) {
			return newSocket(run, limit, conn), nil
		}
		conn.Close()
	}
}

// tokenPatience is how long somebody may take to show the token: a worker
// sends it with its first breath.
const tokenPatience = time.Second

func (l *Listener) admits(conn net.Conn) bool {
	shown := make([]byte, len(l.token))
	conn.SetReadDeadline(time.Now().Add(tokenPatience))
	if _, err := io.ReadFull(conn, shown); err != nil {
		return false
	}
	conn.SetReadDeadline(time.Time{})
	return subtle.ConstantTimeCompare(shown, []byte(l.token)) == 1
}

// DialTCP makes the worker's end.
func DialTCP(run uint64, limit int, address, token string) (*Socket, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, token); err != nil {
		conn.Close()
		return nil, err
	}
	return newSocket(run, limit, conn.(*net.TCPConn)), nil
}
