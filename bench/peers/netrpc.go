package peers

import (
	"net/rpc"

	"github.com/hashicorp/go-plugin"

	"github.com/handoff-go/handoff/bench/factor"
)

// netrpcPlugin is the plugin over net/rpc, go-plugin's older protocol: gob.
type netrpcPlugin struct{}

func (netrpcPlugin) Server(*plugin.MuxBroker) (any, error) { return Factorizer{}, nil }

func (netrpcPlugin) Client(_ *plugin.MuxBroker, c *rpc.Client) (any, error) {
	return netrpcClient{c}, nil
}

// Factorizer is what a net/rpc plugin serves. It is exported because net/rpc
// wants it so.
type Factorizer struct{}

// One factors one number.
func (Factorizer) One(n uint64, factors *[]uint64) error {
	*factors = factor.Factorize(n)
	return nil
}

// Many factors numbers, in order.
func (Factorizer) Many(numbers []uint64, answers *[][]uint64) error {
	*answers = make([][]uint64, len(numbers))
	for i, n := range numbers {
		(*answers)[i] = factor.Factorize(n)
	}
	return nil
}

type netrpcClient struct{ *rpc.Client }

func (c netrpcClient) one(n uint64) (factors []uint64, err error) {
	err = c.Call("Plugin.One", n, &factors)
	return factors, err
}

func (c netrpcClient) many(numbers []uint64) (answers [][]uint64, err error) {
	err = c.Call("Plugin.Many", numbers, &answers)
	return answers, err
}
