// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// server is a framework's server that lets a data source encode its own state.
//
// The framework builds state as a tree of its own values, and compares, checks
// and copies each. For a list of 10,000, that is a third of a plan's CPU beyond
// what Terraform itself needs. Terraform checks what it receives all the same.
type server struct{ tfprotov6.ProviderServer }

// stateKey is the key of the context's value that a read puts its state into.
type stateKey struct{}

// ReadDataSource has the framework do the read, and then responds with the state
// that the data source passed to setState, if it did.
func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	var state []byte
	resp, err := s.ProviderServer.ReadDataSource(context.WithValue(ctx, stateKey{}, &state), req)
	if err == nil && state != nil {
		resp.State = &tfprotov6.DynamicValue{MsgPack: state}
	}
	return resp, err
}

var errOtherServer = errors.New("the data source is not read through this package's server")

// setState takes the place of State.Set in a data source's Read. The state is a
// struct with a msgpack tag for each of the schema's attributes.
func setState(ctx context.Context, state any) error {
	encoded, ok := ctx.Value(stateKey{}).(*[]byte)
	if !ok {
		return errOtherServer
	}
	var err error
	*encoded, err = msgpack.Marshal(state)
	return err
}
