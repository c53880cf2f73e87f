terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

variable "regions" {
  description = "The telephony provider of each region, and the account SID if the organization has several accounts there."
  type = map(object({
    provider_slug = string
    account_sid   = optional(string)
  }))
  default = {
    us = { provider_slug = "twilio" }
    in = { provider_slug = "plivo", account_sid = "MAyyyyyyyyyyyyyyyyyyyyyyy" }
  }
}

# All lookups share one request. A region without a configuration fails the plan.
data "unpod_telephony_provider_configuration" "region" {
  for_each = var.regions

  provider_slug = each.value.provider_slug
  account_sid   = each.value.account_sid
}

output "provider_configuration_ids" {
  description = "ID of each region's provider configuration."
  value       = { for region, c in data.unpod_telephony_provider_configuration.region : region => c.id }
}
