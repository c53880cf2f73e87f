// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command api serves the local Unpod API with the configurations from Unpod's
// documentation, so that you can try the provider or any other client.
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

// documentedAddress is the address in the cURL example of Unpod's documentation.
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

// run serves until ctx is done, and then returns nil.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	options, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	server, err := options.api().Listen(ctx, options.address)
	if err != nil {
		return fmt.Errorf("%w\nChoose another address, for example: make api ADDRESS=127.0.0.1:3002", err)
	}
	if err := introduce(stdout, server.URL, options); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

// introduce prints how to use the API, ready to paste.
func introduce(stdout io.Writer, base string, options *options) error {
	_, err := fmt.Fprintf(stdout, `A local Unpod is listening on %[1]s
%[6]sPress Ctrl-C to stop it.

  token       %[2]s
  org handle  %[3]s

Send the documented request:

  curl --request GET \
    --url %[4]s%[5]s \
    --header 'Authorization: Token %[2]s' \
    --header 'Org-Handle: %[7]s'

With the same headers, list the bridges and their connections:

  %[4]s%[8]s

Or use it with the provider. See "Use a local build" in the README:

  export UNPOD_BASE_URL=%[1]s
  export UNPOD_API_TOKEN=%[2]s
  export UNPOD_ORG_HANDLE=%[7]s
`, base, unpodtest.Token, strings.Join(options.organizations, ", "), asDocumented(base), unpodtest.Path,
		description(options), options.organizations[0], unpodtest.BridgesPath)
	return err
}

// description describes the settings of the local Unpod in lines of text.
func description(options *options) string {
	lines := []string{"Each organization has two provider configurations, as the documentation shows them."}
	settings := options.settings
	if settings.Older {
		lines = []string{"It is the older platform: each element has a provider number, no account_sid, and secrets (all made up)."}
	}
	if settings.Errors != "" {
		lines = append(lines, fmt.Sprintf("Its errors have the form %q.", string(settings.Errors)))
	}
	if settings.TokenExpired {
		lines = append(lines, "Its token has expired.")
	}
	if limit := settings.RateLimit; limit.Requests > 0 {
		header := "Retry-After"
		if limit.ResetOnly {
			header = "X-RateLimit-Reset"
		}
		lines = append(lines, fmt.Sprintf("It allows %d requests in %s. Above that, it responds with status 429 and %s.", limit.Requests, limit.Window, header))
	}
	return strings.Join(lines, "\n") + "\n"
}

// asDocumented replaces a loopback IP address with localhost, as in the
// documentation.
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
