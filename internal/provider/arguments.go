// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// maxRetriesLimit is the greatest max_retries. With ten, a read from a platform
// that is down ends after some five minutes.
const maxRetriesLimit = 10

// argument is an argument of the provider block, and all that can replace it.
type argument struct {
	name        string
	description string
	// variables are the environment variables that are used if the block has no
	// value, in this order.
	variables []string
	// fallback is the default, empty if there is none.
	fallback string
	// required says that a read needs a value.
	required bool
	// configured picks the value out of the provider block.
	configured func(unpodProviderModel) attr.Value
	// apply checks a value and puts what it means into the options. It returns
	// the value as messages show it, empty if they must not. The rules are the
	// same wherever a value comes from, which is why they are here and not
	// validators of the schema. The error does not show the value.
	apply func(*unpod.Options, string) (shown string, err error)
}

// arguments are the arguments of the provider block.
var arguments = []argument{
	{
		name: "api_token",
		description: "API token of an Unpod account. Create one in the Unpod dashboard under **API Keys**. " +
			"The provider sends it only to `base_url`, and does not log it or store it in state.",
		variables:  []string{"UNPOD_API_TOKEN", "UNPOD_PLATFORM_TOKEN"},
		required:   true,
		configured: func(model unpodProviderModel) attr.Value { return model.APIToken },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.Token, err = unpod.ParseToken(text)
			return "", err
		},
	},
	{
		name: "org_handle",
		description: "Handle of the organization to read from, for example `unpod`. Copy it with **Copy Org Handle** in the settings of the Unpod dashboard, " +
			"or use the `domain_handle` that the Get All Organizations API returns.",
		variables:  []string{"UNPOD_ORG_HANDLE"},
		required:   true,
		configured: func(model unpodProviderModel) attr.Value { return model.OrgHandle },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.OrgHandle, err = unpod.ParseOrgHandle(text)
			return options.OrgHandle, err
		},
	},
	{
		name: "base_url",
		description: "Address of the Unpod platform: an `https` or `http` URL, or a host name, which implies `https`. " +
			"If a self-hosted platform has a path prefix, include it. A trailing `/api/v2/platform`, the API's own path, makes no difference.",
		variables:  []string{"UNPOD_PLATFORM_BASE_URL", "UNPOD_BASE_URL"},
		fallback:   "https://unpod.dev",
		configured: func(model unpodProviderModel) attr.Value { return model.BaseURL },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			if options.BaseURL, err = unpod.ParseBaseURL(text); err != nil {
				return "", err
			}
			return strings.TrimSuffix(options.BaseURL.String(), "/"), nil
		},
	},
	{
		name:        "request_timeout",
		description: "Maximum duration of one attempt of a request, from connecting to the last byte of the response, for example `30s` or `1m30s`.",
		variables:   []string{"UNPOD_REQUEST_TIMEOUT"},
		fallback:    "30s",
		configured:  func(model unpodProviderModel) attr.Value { return model.RequestTimeout },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.RequestTimeout, err = parseRequestTimeout(text)
			return options.RequestTimeout.String(), err
		},
	},
	{
		name: "max_retries",
		description: fmt.Sprintf("Maximum number of retries of a request, 0 to %d, if the platform is unreachable, too slow, throttling (429) "+
			"or failing (500, 502, 503, 504).", maxRetriesLimit),
		variables:  []string{"UNPOD_MAX_RETRIES"},
		fallback:   "4",
		configured: func(model unpodProviderModel) attr.Value { return model.MaxRetries },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.MaxRetries, err = parseMaxRetries(text)
			return strconv.Itoa(options.MaxRetries), err
		},
	},
	{
		name: "ca_cert_pem",
		description: "PEM-encoded CA certificates to trust in addition to the system's, for a self-hosted platform with a private CA. " +
			"For example, `file(\"ca.pem\")`.",
		variables:  []string{"UNPOD_CA_CERT_PEM"},
		configured: func(model unpodProviderModel) attr.Value { return model.CACertPEM },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.RootCAs, err = unpod.ParseCACert(text)
			return "", err
		},
	},
}

func parseRequestTimeout(text string) (time.Duration, error) {
	timeout, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil || timeout <= 0 {
		return 0, errors.New(`must be a positive duration such as "30s" or "1m30s"`)
	}
	return timeout, nil
}

func parseMaxRetries(text string) (int, error) {
	retries, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || retries < 0 || retries > maxRetriesLimit {
		return 0, fmt.Errorf("must be a whole number from 0 to %d", maxRetriesLimit)
	}
	return retries, nil
}

// describe returns the schema's description of an argument.
func describe(name string) string {
	a := argumentNamed(name)
	text := a.description + " Environment variable: `" + strings.Join(a.variables, "`, then `") + "`."
	if a.fallback != "" {
		text += " Default: `" + a.fallback + "`."
	}
	return text
}

// argumentNamed returns the argument of that name, which must exist.
func argumentNamed(name string) argument {
	return arguments[slices.IndexFunc(arguments, func(a argument) bool { return a.name == name })]
}

// block is the source of a value that the provider block has.
const block = "from the provider block"

// lookUp returns the argument's value and its source. An empty variable counts
// as not set.
func (a argument) lookUp(configured attr.Value, getenv func(string) string) (text, source string, found bool) {
	if !configured.IsNull() {
		switch value := configured.(type) {
		case types.String:
			return value.ValueString(), block, true
		case types.Number:
			return value.ValueBigFloat().Text('g', -1), block, true
		}
	}
	for _, variable := range a.variables {
		if text := getenv(variable); text != "" {
			return text, "from " + variable, true
		}
	}
	return a.fallback, "the default", a.fallback != ""
}

// settings is what the arguments come to.
type settings struct {
	options unpod.Options
	// used says of each argument which value was used, and its source.
	used map[string]string
	// unknown says that Terraform knows a value only after apply.
	unknown bool
	// block is what is wrong in the provider block, except with api_token. Each
	// diagnostic points to its argument.
	block diag.Diagnostics
	// read is what a read has to report. Terraform prints the line that a
	// diagnostic of the block points to, or the block's first line: it could
	// show the token.
	read diag.Diagnostics
}

// resolve gives each argument its value: the block's, else the first variable's
// that is not empty, else the default. An unknown value is never replaced: that
// could send one deployment's token to another.
func resolve(model unpodProviderModel, getenv func(string) string) settings {
	s := settings{used: map[string]string{}}
	for _, a := range arguments {
		s.resolve(a, a.configured(model), getenv)
	}
	if s.options.Token.Is(s.options.OrgHandle) {
		s.read.AddError("Invalid org_handle", "org_handle and api_token have the same value. "+
			"Set org_handle to the organization's domain_handle: the two may be swapped.")
	}
	return s
}

// resolve gives one argument its value.
func (s *settings) resolve(a argument, configured attr.Value, getenv func(string) string) {
	if configured.IsUnknown() {
		s.unknown = true
		s.read.Append(unknownDiagnostic(a))
		return
	}
	text, source, found := a.lookUp(configured, getenv)
	if !found {
		s.used[a.name] = a.name + " (not set)"
		if a.required {
			s.read.AddError("The provider's "+a.name+" is missing", fmt.Sprintf(
				"Set %s in the provider block, or set the environment variable %s.", a.name, strings.Join(a.variables, " or ")))
		}
		return
	}
	shown, err := a.apply(&s.options, text)
	if err != nil {
		s.report(a, source, diag.NewErrorDiagnostic("Invalid "+a.name, fmt.Sprintf("%s (%s) %s.", a.name, source, err)))
		return
	}
	if shown != "" {
		shown = " " + strconv.Quote(shown)
	}
	s.used[a.name] = fmt.Sprintf("%s%s (%s)", a.name, shown, source)
	if a.name == "base_url" && s.options.BaseURL.Scheme == "http" && !unpod.IsLoopback(s.options.BaseURL) {
		s.report(a, source, diag.NewWarningDiagnostic("The API token is sent unencrypted",
			"Anyone on the network path to "+s.used[a.name]+" can read it. Use https:// instead."))
	}
}

// report leaves a diagnostic about an argument where it may be reported.
func (s *settings) report(a argument, source string, d diag.Diagnostic) {
	if source == block && a.name != "api_token" {
		s.block.Append(diag.WithPath(path.Root(a.name), d))
	} else {
		s.read.Append(d)
	}
}

func unknownDiagnostic(a argument) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider's "+a.name+" is not known yet", fmt.Sprintf(
		"The value of %[1]s is known only after apply. It is not replaced by an environment variable or a default, "+
			"because that could send one deployment's token to another.\n\n"+
			"Set %[1]s to a value that is known during plan, such as an input variable. "+
			"Or apply what it depends on first, with terraform apply -target=ADDRESS.", a.name))
}
