// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// options holds the values of the flags.
type options struct {
	address       string
	organizations []string
	sameProvider  bool
	settings      unpodtest.Settings
}

// parseOptions parses the flags. After printing the help for -h, it returns
// flag.ErrHelp.
func parseOptions(args []string, stdout io.Writer) (*options, error) {
	var parsed options
	flags := flag.NewFlagSet("api", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error.
	flags.StringVar(&parsed.address, "address", "127.0.0.1:3001", "listen on `host:port`; port 0 picks a free port")
	flags.Func("org", "serve an organization with this `handle`; repeat it for several (default "+unpodtest.OrgHandle+")", parsed.addOrganizations)
	flags.BoolVar(&parsed.sameProvider, "same-provider", false, "add a second configuration at twilio, to try account_sid")
	flags.BoolVar(&parsed.settings.PublicCode, "public-code", false, "act as the code that was public in February 2026")
	flags.Func("errors", "send errors in this `form`: message, error, error-text or detail", parsed.setErrors)
	flags.BoolVar(&parsed.settings.TokenExpired, "expired", false, "respond that the token has expired")
	flags.Func("rate-limit", "allow `n/window`, such as 3/10s, and respond with status 429 above that", parsed.setRateLimit)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(stdout, "Pass flags through make: make api ARGS='-public-code -errors=detail'")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	} else if err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q; pass an address as -address %[1]s", flags.Arg(0))
	}
	if parsed.organizations == nil {
		parsed.organizations = []string{unpodtest.OrgHandle}
	}
	return &parsed, nil
}

func (o *options) addOrganizations(text string) error {
	for handle := range strings.SplitSeq(text, ",") {
		handle = strings.TrimSpace(handle)
		if handle == "" {
			return errors.New("a handle is empty")
		}
		if slices.Contains(o.organizations, handle) {
			return fmt.Errorf("%q appears twice", handle)
		}
		o.organizations = append(o.organizations, handle)
	}
	return nil
}

func (o *options) setErrors(text string) error {
	o.settings.Errors = unpodtest.ErrorForm(text)
	switch o.settings.Errors {
	case unpodtest.MessageForm, unpodtest.ObjectForm, unpodtest.TextForm, unpodtest.DetailForm:
		return nil
	default:
		return errors.New("must be message, error, error-text or detail")
	}
}

func (o *options) setRateLimit(text string) error {
	number, window, _ := strings.Cut(text, "/")
	requests, err := strconv.Atoi(number)
	duration, err2 := time.ParseDuration(window)
	if err != nil || err2 != nil || requests < 1 || duration <= 0 {
		return errors.New("must be a number and a duration, such as 3/10s")
	}
	o.settings.RateLimit.Requests, o.settings.RateLimit.Window = requests, duration
	return nil
}

// api returns the local Unpod that the flags describe.
func (o *options) api() *unpodtest.API {
	first := unpodtest.Documented()
	if o.sameProvider {
		first = append(first, unpodtest.Configuration{ID: 44, Provider: new("twilio"), AccountSID: new("ACzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"), CreatedAt: new("2026-03-02T09:00:00Z")})
	}
	api := unpodtest.New(unpodtest.Token, o.organizations[0], first...)
	for i, handle := range o.organizations[1:] {
		api.AddOrganization(handle, configurationsOf(i+1)...)
	}
	api.Set(func(settings *unpodtest.Settings) { *settings = o.settings })
	return api
}

// configurationsOf returns the configurations of a further organization: the
// documented ones, but with unique IDs and accounts.
func configurationsOf(number int) []unpodtest.Configuration {
	configurations := unpodtest.Documented()
	for i := range configurations {
		configurations[i].ID += int64(100 * number)
		configurations[i].AccountSID = new(fmt.Sprintf("%s-%d", *configurations[i].AccountSID, number+1))
	}
	return configurations
}
