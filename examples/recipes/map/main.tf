terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

data "unpod_telephony_provider_configurations" "all" {}

locals {
  # for_each takes a map, or a set of strings. A set of numbers does not work.
  by_id = {
    for c in data.unpod_telephony_provider_configurations.all.provider_configurations : tostring(c.id) => c
  }
  by_account = {
    for c in data.unpod_telephony_provider_configurations.all.provider_configurations : c.account_sid => c
    if c.account_sid != null
  }
}

resource "terraform_data" "rotation" {
  for_each = local.by_id

  input = {
    provider_config_id = each.value.id
    created_at         = each.value.created_at
  }
}

output "twilio_account_created_at" {
  description = "When the configuration of one account was created. Fails if two configurations share an account."
  value       = try(local.by_account["ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"].created_at, null)
}
