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

// maxRetriesLimit is the most that max_retries may be. With ten, a call to a
// platform that is down ends after some five minutes.
const maxRetriesLimit = 10

// argument is an argument of the provider block, with all that can stand in for
// it.
type argument struct {
	name        string
	description string
	// variables are the environment variables that are asked where the
	// configuration has no value, in this order.
	variables []string
	// fallback is the default, empty where there is none.
	fallback string
	// required says that a read cannot do without it.
	required bool
	// configured picks the value out of the provider block.
	configured func(unpodProviderModel) attr.Value
	// apply checks a value and puts what it means into the options. The rules
	// are the same wherever the value is from, which is why they are here and
	// not validators of the schema. Its error does not show the value.
	apply func(*unpod.Options, string) error
}

// arguments are the arguments of the provider block.
var arguments = []argument{
	{
		name: "api_token",
		description: "API token of an Unpod account, from **API Keys** in the Unpod dashboard. " +
			"It is sent to `base_url` and nowhere else, and is not logged or stored in state.",
		variables:  []string{"UNPOD_API_TOKEN", "UNPOD_PLATFORM_TOKEN"},
		required:   true,
		configured: func(model unpodProviderModel) attr.Value { return model.APIToken },
		apply: func(options *unpod.Options, text string) (err error) {
			options.Token, err = unpod.ParseToken(text)
			return err
		},
	},
	{
		name: "org_handle",
		description: "Handle of the organization to read from, for example `unpod`: " +
			"the `domain_handle` that the API's Get All Organizations returns, or **Copy Org Handle** in the settings of the Unpod dashboard.",
		variables:  []string{"UNPOD_ORG_HANDLE"},
		required:   true,
		configured: func(model unpodProviderModel) attr.Value { return model.OrgHandle },
		apply: func(options *unpod.Options, text string) (err error) {
			options.OrgHandle, err = unpod.ParseOrgHandle(text)
			return err
		},
	},
	{
		name: "base_url",
		description: "Address of the Unpod platform: an `https` or `http` URL, with the path prefix of a self-hosted platform that has one, " +
			"or a bare host name, which means `https`. It must not contain a user name, a password, a query or a fragment.",
		variables:  []string{"UNPOD_BASE_URL"},
		fallback:   "https://unpod.dev",
		configured: func(model unpodProviderModel) attr.Value { return model.BaseURL },
		apply: func(options *unpod.Options, text string) (err error) {
			options.BaseURL, err = unpod.ParseBaseURL(text)
			return err
		},
	},
	{
		name: "request_timeout",
		description: "How long one attempt of a request may take, from connecting to the last byte of the answer: " +
			"a positive duration such as `30s` or `1m30s`.",
		variables:  []string{"UNPOD_REQUEST_TIMEOUT"},
		fallback:   "30s",
		configured: func(model unpodProviderModel) attr.Value { return model.RequestTimeout },
		apply: func(options *unpod.Options, text string) (err error) {
			options.RequestTimeout, err = parseRequestTimeout(text)
			return err
		},
	},
	{
		name: "max_retries",
		description: fmt.Sprintf("How many attempts may follow the first where the platform is unreachable, failing (status 500, 502, 503, 504), "+
			"throttling (429) or too slow: a whole number from 0 to %d.", maxRetriesLimit),
		variables:  []string{"UNPOD_MAX_RETRIES"},
		fallback:   "4",
		configured: func(model unpodProviderModel) attr.Value { return model.MaxRetries },
		apply: func(options *unpod.Options, text string) (err error) {
			options.MaxRetries, err = parseMaxRetries(text)
			return err
		},
	},
	{
		name: "ca_cert_pem",
		description: "PEM text of certificates to trust besides the system's, for a self-hosted platform with a certificate authority of its own, " +
			"for example `file(\"ca.pem\")`.",
		variables:  []string{"UNPOD_CA_CERT_PEM"},
		configured: func(model unpodProviderModel) attr.Value { return model.CACertPEM },
		apply: func(options *unpod.Options, text string) (err error) {
			options.RootCAs, err = unpod.ParseCACert(text)
			return err
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

// describe is the schema's description of an argument: what it is, and what
// stands in for it.
func describe(name string) string {
	argument := argumentNamed(name)
	text := argument.description + " Environment variable: `" + strings.Join(argument.variables, "`, then `") + "`."
	if argument.fallback != "" {
		text += " Default: `" + argument.fallback + "`."
	}
	return text
}

// argumentNamed returns the argument of that name, which must exist.
func argumentNamed(name string) argument {
	return arguments[slices.IndexFunc(arguments, func(a argument) bool { return a.name == name })]
}

// settings is what the arguments come to.
type settings struct {
	options unpod.Options
	// unknown are the arguments whose values Terraform only knows after apply.
	unknown []argument
	// missing are the required arguments that are set nowhere.
	missing []argument
}

// resolve gives each argument its value: the configuration's, else the first
// variable's that is not empty, else the default. A value that is unknown yet
// is never replaced, as that could send one deployment's token to another.
func resolve(model unpodProviderModel, getenv func(string) string) (settings, diag.Diagnostics) {
	var (
		resolved settings
		diags    diag.Diagnostics
	)
	for _, argument := range arguments {
		configured := argument.configured(model)
		if configured.IsUnknown() {
			resolved.unknown = append(resolved.unknown, argument)
			continue
		}
		text, source, found := argument.lookUp(configured, getenv)
		if !found {
			if argument.required {
				resolved.missing = append(resolved.missing, argument)
			}
			continue
		}
		if err := argument.apply(&resolved.options, text); err != nil {
			diags.AddAttributeError(path.Root(argument.name), "Invalid "+argument.name, source+" "+err.Error()+".")
		}
	}
	return resolved, diags
}

// lookUp returns the argument's value and where it is from.
func (a argument) lookUp(configured attr.Value, getenv func(string) string) (text, source string, found bool) {
	switch value := configured.(type) {
	case types.String:
		if !value.IsNull() {
			return value.ValueString(), "The argument " + a.name, true
		}
	case types.Int64:
		if !value.IsNull() {
			return strconv.FormatInt(value.ValueInt64(), 10), "The argument " + a.name, true
		}
	}
	for _, variable := range a.variables {
		if text := getenv(variable); text != "" {
			return text, "The environment variable " + variable + ", which stands in for the argument " + a.name + ",", true
		}
	}
	return a.fallback, "The default of " + a.name, a.fallback != ""
}

// clearTextDetail is the warning's text where a token travels unencrypted.
const clearTextDetail = "base_url begins with http://, and its host is not this machine: whoever is on the way can read the API token. Use https:// instead."

// sendsTokenInClear says whether a request would carry the token unencrypted
// over a network.
func (s settings) sendsTokenInClear() bool {
	address := s.options.BaseURL
	return address != nil && address.Scheme == "http" && !unpod.IsLoopback(address)
}

// unready says why a read cannot be made: an error for each argument that is
// unknown or missing.
func (s settings) unready() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, argument := range s.unknown {
		diags.AddError("The provider's "+argument.name+" is not known yet", fmt.Sprintf(
			"The value of %[1]s depends on something that Terraform will only know after apply, and it is not replaced by a variable or a default, "+
				"because that could send one deployment's token to another.\n\n"+
				"Give %[1]s a value that is known during plan, such as an input variable. "+
				"Or apply what it depends on first, with terraform apply -target=ADDRESS, and then run this plan again.",
			argument.name))
	}
	for _, argument := range s.missing {
		diags.AddError("The provider's "+argument.name+" is missing", fmt.Sprintf(
			"Reading from Unpod needs %[1]s. Set it in the provider block, or in the environment variable %[2]s.",
			argument.name, strings.Join(argument.variables, " or ")))
	}
	return diags
}
