// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// NewServer returns what makes the server of the provider of the given version.
// The provider reads the process's environment variables, once it is configured.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return newServer(version, os.Getenv)
}

func newServer(version string, getenv func(string) string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		provider := &unpodProvider{version: version, getenv: getenv}
		return server{providerserver.NewProtocol6(provider)()}
	}
}

// server is the framework's, but that it lets a data source write its state as
// Terraform is sent it, which is MessagePack.
//
// The framework makes values of its own of state, and compares, checks and
// copies each, as a tree in memory. With a list of 10,000, that was five sixths
// of a read's time and nearly all of its memory. Terraform checks what it is
// sent all the same.
type server struct{ tfprotov6.ProviderServer }

// answerKey is the key of the context's value that a read puts its answer into.
type answerKey struct{}

// ReadDataSource has the framework do the read, and then answers with the state
// that the data source gave to answerWith, if it did.
func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	var state []byte
	resp, err := s.ProviderServer.ReadDataSource(context.WithValue(ctx, answerKey{}, &state), req)
	if err == nil && state != nil {
		resp.State = &tfprotov6.DynamicValue{MsgPack: state}
	}
	return resp, err
}

// answerWith takes the place of State.Set in a data source's Read. The state is
// a struct with a tag for each of the schema's attributes.
func answerWith(ctx context.Context, state any) error {
	answer, ok := ctx.Value(answerKey{}).(*[]byte)
	if !ok {
		return errOtherServer
	}
	var err error
	*answer, err = msgpack.Marshal(state)
	return err
}

var errOtherServer = errors.New("the provider was not started by its own server")
