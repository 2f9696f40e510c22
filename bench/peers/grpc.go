package peers

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/handoff-go/handoff/bench/factor"
	"github.com/handoff-go/handoff/bench/peers/factorpb"
)

//go:generate protoc --proto_path=factorpb --go_out=paths=source_relative:factorpb --go-grpc_out=paths=source_relative:factorpb factor.proto

// grpcPlugin is the plugin over gRPC.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
}

func (grpcPlugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	factorpb.RegisterFactorizerServer(s, grpcServer{})
	return nil
}

func (grpcPlugin) GRPCClient(ctx context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return grpcClient{ctx, factorpb.NewFactorizerClient(c)}, nil
}

type grpcServer struct {
	factorpb.UnimplementedFactorizerServer
}

func (grpcServer) One(_ context.Context, n *factorpb.Number) (*factorpb.Factors, error) {
	return &factorpb.Factors{Primes: factor.Factorize(n.Number)}, nil
}

func (grpcServer) Many(_ context.Context, numbers *factorpb.Numbers) (*factorpb.Answers, error) {
	answers := &factorpb.Answers{Answers: make([]*factorpb.Factors, len(numbers.Numbers))}
	for i, n := range numbers.Numbers {
		answers.Answers[i] = &factorpb.Factors{Primes: factor.Factorize(n)}
	}
	return answers, nil
}

type grpcClient struct {
	ctx    context.Context // ends with the plugin
	client factorpb.FactorizerClient
}

func (c grpcClient) one(n uint64) ([]uint64, error) {
	factors, err := c.client.One(c.ctx, &factorpb.Number{Number: n})
	return factors.GetPrimes(), err
}

func (c grpcClient) many(numbers []uint64) ([][]uint64, error) {
	answers, err := c.client.Many(c.ctx, &factorpb.Numbers{Numbers: numbers})
	results := make([][]uint64, len(answers.GetAnswers()))
	for i, factors := range answers.GetAnswers() {
		results[i] = factors.GetPrimes()
	}
	return results, err
}
