terraform {
  required_version = ">= 1.5" # check blocks

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

provider "unpod" {}

variable "max_age_days" {
  description = "Maximum age of a configuration, in days."
  type        = number
  default     = 365
}

variable "allowed_providers" {
  description = "Slugs of the telephony providers that are allowed."
  type        = set(string)
  default     = ["plivo", "twilio"]
}

data "unpod_telephony_provider_configurations" "all" {}

locals {
  configurations = data.unpod_telephony_provider_configurations.all.provider_configurations
  oldest         = timeadd(plantimestamp(), "-${var.max_age_days * 24}h")

  # A date that cannot be parsed counts as too old.
  too_old     = [for c in local.configurations : c.id if try(timecmp(c.created_at, local.oldest) < 0, true)]
  not_allowed = [for c in local.configurations : c.id if !contains(var.allowed_providers, coalesce(c.provider, "none"))]
}

# A failed check is only a warning. A failed read still fails the plan.
check "age" {
  assert {
    condition     = length(local.too_old) == 0
    error_message = "Provider configurations older than ${var.max_age_days} days: ${join(", ", local.too_old)}. Rotate their credentials."
  }
}

check "allowed_providers" {
  assert {
    condition     = length(local.not_allowed) == 0
    error_message = "Provider configurations at a provider that is not allowed: ${join(", ", local.not_allowed)}."
  }
}
