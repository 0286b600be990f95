//! Tenant: who owns instances, and how much of the host's room is set aside for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

/// What a tenant's instances may hold together. It is set aside when the tenant is admitted, so that
/// nobody else's exhaustion can take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Instances alive at once. One with several memories counts once for each.
    pub instances: u32,
    /// Bytes of memories and tables over all instances.
    pub memory_bytes: u64,
}

impl Default for Quota {
    fn default() -> Self {
        Self { instances: 64, memory_bytes: 1 << 30 }
    }
}

impl Quota {
    /// The documented maxima: what a tenant can be given at most, where the host has the room.
    pub const MAXIMA: Quota = Quota { instances: 100_000, memory_bytes: 1 << 40 };
}

/// A tenant that the host has admitted. Cheap to clone; its room is given back when the last clone
/// and the last instance are gone.
#[derive(Debug, Clone)]
pub struct Tenant {
    account: Arc<Account>,
}

/// A tenant that wants more than is left, or an instance beyond its tenant's quota.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuotaError {
    /// The host is full.
    #[error(
        "tenant `{tenant}` asks for {asked} instances and {left} are left of the host's {total}; \
         ask for fewer, or start the host with more"
    )]
    NoRoom {
        /// The tenant.
        tenant: String,
        /// Instances asked for.
        asked: u32,
        /// Instances that nobody has been promised.
        left: u32,
        /// Instances of the host.
        total: u32,
    },
    /// The tenant has used up its instances.
    #[error("tenant `{tenant}` has all of its {limit} instances in use")]
    Instances {
        /// The tenant.
        tenant: String,
        /// Its quota.
        limit: u32,
    },
}

/// The room of a host, of which tenants are promised parts.
#[derive(Debug)]
pub(crate) struct Room {
    total: u32,
    promised: AtomicU64,
}

#[derive(Debug)]
struct Account {
    name: String,
    quota: Quota,
    room: Arc<Room>,
    instances: AtomicU64,
    memory_bytes: AtomicU64,
}

impl Room {
    pub(crate) fn new(total: u32) -> Arc<Self> {
        Arc::new(Self { total, promised: AtomicU64::new(0) })
    }

    /// Promises a tenant its instances.
    pub(crate) fn admit(self: &Arc<Self>, name: &str, quota: Quota) -> Result<Tenant, QuotaError> {
        if !add(&self.promised, u64::from(quota.instances), u64::from(self.total)) {
            let promised = self.promised.load(Ordering::Relaxed) as u32;
            return Err(QuotaError::NoRoom {
                tenant: name.to_owned(),
                asked: quota.instances,
                left: self.total.saturating_sub(promised),
                total: self.total,
            });
        }
        let account = Account {
            name: name.to_owned(),
            quota,
            room: Arc::clone(self),
            instances: AtomicU64::new(0),
            memory_bytes: AtomicU64::new(0),
        };
        Ok(Tenant { account: Arc::new(account) })
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.room.promised.fetch_sub(u64::from(self.quota.instances), Ordering::Relaxed);
    }
}

impl Tenant {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.account.name
    }

    /// What its instances may hold.
    pub fn quota(&self) -> Quota {
        self.account.quota
    }

    /// Instances alive now.
    pub fn instances(&self) -> u32 {
        self.account.instances.load(Ordering::Relaxed) as u32
    }

    /// Bytes that they hold now.
    pub fn memory_bytes(&self) -> u64 {
        self.account.memory_bytes.load(Ordering::Relaxed)
    }

    /// Takes `slots` places until the claim is dropped.
    pub(crate) fn claim(&self, slots: u32) -> Result<Claim, QuotaError> {
        let limit = self.account.quota.instances;
        if add(&self.account.instances, u64::from(slots), u64::from(limit)) {
            Ok(Claim { tenant: self.clone(), slots, memory_bytes: 0 })
        } else {
            Err(QuotaError::Instances { tenant: self.account.name.clone(), limit })
        }
    }
}

/// The places and the memory of one instance.
#[derive(Debug)]
pub(crate) struct Claim {
    tenant: Tenant,
    slots: u32,
    memory_bytes: u64,
}

impl Claim {
    /// Takes more memory, or says that the tenant has no more.
    pub(crate) fn grow(&mut self, bytes: u64) -> bool {
        let account = &self.tenant.account;
        let granted = add(&account.memory_bytes, bytes, account.quota.memory_bytes);
        if granted {
            self.memory_bytes += bytes;
        }
        granted
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let account = &self.tenant.account;
        account.instances.fetch_sub(u64::from(self.slots), Ordering::Relaxed);
        account.memory_bytes.fetch_sub(self.memory_bytes, Ordering::Relaxed);
    }
}

/// Adds unless the sum would pass the limit.
fn add(sum: &AtomicU64, more: u64, limit: u64) -> bool {
    let within = |held: u64| held.checked_add(more).filter(|&sum| sum <= limit);
    sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(instances: u32) -> Quota {
        Quota { instances, memory_bytes: 100 }
    }

    #[test]
    fn what_a_tenant_was_promised_cannot_be_taken_by_another() {
        let room = Room::new(10);
        let first = room.admit("first", quota(6)).unwrap();
        let refused = room.admit("second", quota(5)).unwrap_err();
        assert_eq!(
            refused,
            QuotaError::NoRoom { tenant: "second".to_owned(), asked: 5, left: 4, total: 10 }
        );
        let second = room.admit("second", quota(4)).unwrap();
        let claims: Vec<Claim> = (0..6).map(|_| first.claim(1).unwrap()).collect();
        assert!(first.claim(1).is_err());
        assert!(second.claim(4).is_ok());
        drop(claims);
        assert_eq!(first.instances(), 0);
    }

    #[test]
    fn room_comes_back_with_the_last_instance() {
        let room = Room::new(10);
        let tenant = room.admit("first", quota(10)).unwrap();
        let claim = tenant.claim(2).unwrap();
        drop(tenant);
        assert!(room.admit("second", quota(1)).is_err());
        drop(claim);
        assert!(room.admit("second", quota(10)).is_ok());
    }

    #[test]
    fn memory_is_counted_over_all_instances() {
        let tenant = Room::new(10).admit("first", quota(10)).unwrap();
        let (mut one, mut other) = (tenant.claim(1).unwrap(), tenant.claim(1).unwrap());
        assert!(one.grow(60) && !other.grow(41) && other.grow(40));
        drop(one);
        assert!(other.grow(60));
        assert_eq!(tenant.memory_bytes(), 100);
    }
}
