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
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

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
	parsed, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	server, err := unpodtest.Listen(ctx, parsed.api(), parsed.address)
	if err != nil {
		return fmt.Errorf("%w\nChoose another address, for example: make api ADDRESS=127.0.0.1:3002", err)
	}
	if err := introduce(stdout, server.URL, parsed); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

// introduce prints how to use the API, ready to paste.
func introduce(stdout io.Writer, base string, o *options) error {
	_, err := fmt.Fprintf(stdout, `A local Unpod is listening on %[1]s
%[2]sPress Ctrl-C to stop it.

  token       %[3]s
  org handle  %[4]s
  bridge      %[7]s

Send a request:

  curl --request GET \
    --url %[1]s%[6]s \
    --header 'Authorization: Token %[3]s' \
    --header 'Org-Handle: %[5]s'

Or use it with the provider. See "Try your own configuration" in the README:

  export UNPOD_BASE_URL=%[1]s
  export UNPOD_API_TOKEN=%[3]s
  export UNPOD_ORG_HANDLE=%[5]s
`, base, describe(o), unpodtest.Token, strings.Join(o.organizations, ", "), o.organizations[0], o.settings.ListPath(), unpodtest.Bridge)
	return err
}

// describe describes the settings of the local Unpod in lines of text.
func describe(o *options) string {
	settings := o.settings
	text := "Each organization has the two configurations of Unpod's documentation.\n"
	if settings.PublicCode {
		text = "It acts as the code that was public in February 2026: another path,\n" +
			"a provider number, no account_sid, and secrets (all made up).\n"
	}
	if o.sameProvider {
		text += "The first one also has a second configuration at twilio, 44.\n"
	}
	if settings.Errors != "" {
		text += fmt.Sprintf("Its errors have the form %q.\n", string(settings.Errors))
	}
	if settings.TokenExpired {
		text += "Its token has expired.\n"
	}
	if limit := settings.RateLimit; limit.Requests > 0 {
		requests := "requests"
		if limit.Requests == 1 {
			requests = "request"
		}
		text += fmt.Sprintf("It allows %d %s in %s, and responds with status 429 above that.\n", limit.Requests, requests, limit.Window)
	}
	return text
}
