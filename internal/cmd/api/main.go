// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command api runs the local Unpod API by itself, with the configurations of
// Unpod's documentation, for trying the provider or any other client by hand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// documentedAddress is where the cURL example of Unpod's documentation asks.
const documentedAddress = "127.0.0.1:3001"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx is done, which is its ordinary end and no error.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("api", flag.ContinueOnError)
	address := flags.String("address", documentedAddress, "the `host:port` to listen on; port 0 takes any that is free")
	// main prints the error, and so the flags need not.
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stdout)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; an address is given as -address %[1]s", flags.Arg(0))
	}
	api := unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Documented()...)
	server, err := api.Listen(ctx, *address)
	if err != nil {
		return fmt.Errorf("%w\nChoose another address, for example: make api ADDRESS=127.0.0.1:3002", err)
	}
	if err := introduce(stdout, server.URL); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

// introduce prints all that one needs to use the API, ready to be pasted.
func introduce(stdout io.Writer, base string) error {
	_, err := fmt.Fprintf(stdout, `A local Unpod is listening on %[1]s
It knows the two provider configurations of the documentation. Ctrl-C stops it.

  token       %[2]s
  org handle  %[3]s

Ask it as the documentation does:

  curl --request GET \
    --url %[4]s%[5]s \
    --header 'Authorization: Token %[2]s' \
    --header 'Org-Handle: %[3]s'

Or use the provider with it, as the README tells under "A local build":

  export UNPOD_BASE_URL=%[1]s
  export UNPOD_API_TOKEN=%[2]s
  export UNPOD_ORG_HANDLE=%[3]s
`, base, unpodtest.Token, unpodtest.OrgHandle, asDocumented(base), unpodtest.Path)
	return err
}

// asDocumented gives a loopback address the name that the documentation uses.
func asDocumented(base string) string {
	parsed, err := url.Parse(base)
	if err != nil {
		return base
	}
	if ip := net.ParseIP(parsed.Hostname()); ip == nil || !ip.IsLoopback() {
		return base
	}
	return strings.Replace(base, parsed.Host, net.JoinHostPort("localhost", parsed.Port()), 1)
}
